import {EngineError, OperationFailed} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import {type FileResult, type FileTask, fileTask} from './file-task.ts';
import type {SourceFile} from './source-file.ts';

/** What became of a file of a batch, or why nothing did. */
export type FileOutcome = FileResult | {readonly failure: FileFailure};

/** An error as it can be sent between threads. */
export interface FileFailure {
	readonly code: string;
	readonly message: string;
	readonly hint: string | undefined;
}

/** Makes the function that does `task` on a batch of files; none of them stops the others. */
export function batchTask(task: FileTask): (batch: readonly SourceFile[]) => FileOutcome[] {
	const run = fileTask(task);
	return (batch) =>
		batch.map((file) => {
			try {
				return run(file);
			} catch (error) {
				return {failure: describe(file, error)};
			}
		});
}

export function errorOf({code, message, hint}: FileFailure): OperationFailed {
	return new OperationFailed(code, message, hint === undefined ? {} : {hint});
}

function describe(file: SourceFile, error: unknown): FileFailure {
	if (error instanceof EngineError) {
		return {code: error.code, message: error.message, hint: error.hint};
	}
	const hint =
		(error as NodeJS.ErrnoException).code === 'ENOSPC'
			? 'Make room on the file system of the store.'
			: undefined;
	return {code: 'file-failed', message: `${printable(file.path)}: ${error}`, hint};
}
