import {parentPort, workerData} from 'node:worker_threads';
import {EngineError} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import {type FileResult, type FileTask, fileTask} from './file-task.ts';
import type {SourceFile} from './source-file.ts';

/** Answer to a batch of files: a result for each, or what went wrong with the first that failed. */
export type BatchAnswer =
	| {readonly results: readonly FileResult[]}
	| {readonly failure: BatchFailure};

/** An error as it can be sent between threads. */
export interface BatchFailure {
	readonly code: string;
	readonly message: string;
	readonly hint: string | undefined;
}

const run = fileTask(workerData as FileTask);

parentPort?.on('message', (batch: readonly SourceFile[]) => {
	parentPort?.postMessage(answer(batch));
});

function answer(batch: readonly SourceFile[]): BatchAnswer {
	const results: FileResult[] = [];
	for (const file of batch) {
		try {
			results.push(run(file));
		} catch (error) {
			return {failure: describe(file, error)};
		}
	}
	return {results};
}

function describe(file: SourceFile, error: unknown): BatchFailure {
	if (error instanceof EngineError) {
		return {code: error.code, message: error.message, hint: error.hint};
	}
	const hint =
		(error as NodeJS.ErrnoException).code === 'ENOSPC'
			? 'Make room on the file system of the store.'
			: undefined;
	return {
		code: 'file-failed',
		message: `${printable(file.path)}: ${error}`,
		hint,
	};
}
