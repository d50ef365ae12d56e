import {EngineError, OperationFailed} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {SourceFile} from './source-file.ts';

/** What became of a file of a batch, or why nothing did. */
export type FileOutcome<Result> = Result | {readonly failure: FileFailure};

/** An error as it can be sent between threads. */
export interface FileFailure {
	/** `no-space`, `no-fs-verity`, or what an error of the engine's has. */
	readonly code: string;
	readonly message: string;
	readonly hint: string | undefined;
}

/** Makes the function that runs `run` on a batch of files; none of them stops the others. */
export function onEach<File extends SourceFile, Result>(
	run: (file: File) => Result,
): (batch: readonly File[]) => FileOutcome<Result>[] {
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
	const message = `${printable(file.path)}: ${error}`;
	switch ((error as NodeJS.ErrnoException).code) {
		case 'ENOSPC':
			return {code: 'no-space', message, hint: 'Make room on the file system of the store.'};
		case 'EOPNOTSUPP':
		case 'ENOTSUP':
			// How a kernel without fs-verity answers for a file that has it.
			return {code: 'no-fs-verity', message, hint: undefined};
		default:
			return {code: 'file-failed', message, hint: undefined};
	}
}
