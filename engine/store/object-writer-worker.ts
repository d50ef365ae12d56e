import {parentPort, workerData} from 'node:worker_threads';
import type {StoreLayout} from './layout.ts';
import type {BatchedContent, BatchOutcome, ObjectBatch, WriteFailure} from './object-batch.ts';
import {UnfinishedFiles} from './unfinished-files.ts';

const files = new UnfinishedFiles(workerData as StoreLayout);

parentPort?.on('message', ({bytes, contents}: ObjectBatch) => {
	const failures = contents.map((content) => write(bytes, content));
	const outcome: BatchOutcome = {bytes, failures};
	parentPort?.postMessage(outcome, [bytes.buffer]);
});

function write(bytes: Uint8Array, {verityDigest, start, end}: BatchedContent): WriteFailure | null {
	try {
		files.write(verityDigest, bytes.subarray(start, end));
		return null;
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		return {code, message};
	}
}
