import {parentPort} from 'node:worker_threads';
import {onEach} from './file-outcome.ts';
import type {SourceFile} from './source-file.ts';

/** The work of a thread that {@link FileWorkers} started: batches of files in, what became of them out. */
export function serveBatches<File extends SourceFile, Result extends object>(
	run: (file: File) => Result,
): void {
	const runBatch = onEach(run);
	parentPort?.on('message', (batch: readonly File[]) => parentPort?.postMessage(runBatch(batch)));
}
