import {Worker} from 'node:worker_threads';
import {OperationFailed} from '../errors.ts';
import {workerEntry} from './file-workers.ts';
import type {StoreLayout} from './layout.ts';
import type {BatchedContent, BatchOutcome, ObjectBatch, WriteFailure} from './object-batch.ts';
import {UnfinishedFiles} from './unfinished-files.ts';

/** So much is written before a thread is worth starting. */
const writtenHere = 4 << 20;
const batchBytes = 1 << 20;
/** Bytes that wait for the thread before whoever has more is held back. */
const maxWaiting = 8 << 20;

/**
 * Writes contents into `unfinished/` in a thread of its own: to make a file takes the kernel longer than to
 * hash what most files have in them.
 */
export class ObjectWriter implements AsyncDisposable {
	readonly #layout: StoreLayout;
	readonly #files: UnfinishedFiles;
	#bytesHere = 0;
	#thread: WriterThread | undefined;

	constructor(layout: StoreLayout) {
		this.#layout = layout;
		this.#files = new UnfinishedFiles(layout);
	}

	/**
	 * Writes a content of at most a MiB, unless it is there; it is copied. The promise, when it is not
	 * written at once, settles after it was.
	 */
	write(verityDigest: string, bytes: Uint8Array): void | Promise<void> {
		if (this.#thread === undefined && this.#bytesHere < writtenHere) {
			this.#bytesHere += bytes.length;
			return this.#files.write(verityDigest, bytes);
		}
		this.#thread ??= new WriterThread(this.#layout);
		return this.#thread.write(verityDigest, bytes);
	}

	/** A promise while too much waits; it resolves when there is room for more. */
	room(): void | Promise<void> {
		return this.#thread?.room();
	}

	/** What waits is not written. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.#thread?.stop();
	}
}

class WriterThread {
	readonly #worker: Worker;
	/** Batches sent and not answered; the thread answers in order. */
	readonly #sent: OpenBatch[] = [];
	readonly #buffers: Uint8Array<ArrayBuffer>[] = [];
	#waitingBytes = 0;
	#whenRoom = Promise.withResolvers<void>();
	#failure: Error | undefined;
	#batch: OpenBatch | undefined;

	constructor(layout: StoreLayout) {
		this.#worker = new Worker(workerEntry('object-writer-worker', import.meta.url), {
			workerData: layout,
		});
		this.#worker.on('message', (outcome: BatchOutcome) => this.#answered(outcome));
		this.#worker.on('error', (error) => this.#fail(error as Error));
		this.#worker.on('exit', () =>
			this.#fail(new OperationFailed('worker-ended', 'a worker thread ended too early')),
		);
	}

	write(verityDigest: string, bytes: Uint8Array): Promise<void> {
		if (this.#failure) return Promise.reject(this.#failure);
		if (this.#batch !== undefined && !this.#batch.fits(bytes)) this.#send();
		this.#batch ??= this.#begin();
		return this.#batch.add(verityDigest, bytes);
	}

	room(): void | Promise<void> {
		return this.#waitingBytes < maxWaiting ? undefined : this.#whenRoom.promise;
	}

	async stop(): Promise<void> {
		await this.#worker.terminate();
	}

	/** What is added until this thread has nothing else to do goes together. */
	#begin(): OpenBatch {
		const batch = new OpenBatch(this.#buffers.pop() ?? new Uint8Array(batchBytes));
		setImmediate(() => {
			if (this.#batch === batch) this.#send();
		});
		return batch;
	}

	#send(): void {
		const batch = this.#batch;
		this.#batch = undefined;
		if (batch === undefined) return;
		this.#sent.push(batch);
		this.#waitingBytes += batch.length;
		const message: ObjectBatch = {bytes: batch.bytes, contents: batch.contents};
		this.#worker.postMessage(message, [batch.bytes.buffer]);
	}

	#answered(outcome: BatchOutcome): void {
		this.#buffers.push(outcome.bytes);
		const batch = this.#sent.shift();
		this.#waitingBytes -= batch?.length ?? 0;
		batch?.settle(outcome);
		if (this.#waitingBytes < maxWaiting) this.#goOn();
	}

	#goOn(): void {
		this.#whenRoom.resolve();
		this.#whenRoom = Promise.withResolvers<void>();
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const batch of this.#sent.splice(0)) batch.settle(this.#failure);
		this.#batch?.settle(this.#failure);
		this.#batch = undefined;
		this.#waitingBytes = 0;
		this.#goOn();
	}
}

/** Contents that go to the thread together. */
class OpenBatch {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly contents: BatchedContent[] = [];
	readonly #written: PromiseWithResolvers<void>[] = [];
	length = 0;

	constructor(bytes: Uint8Array<ArrayBuffer>) {
		this.bytes = bytes;
	}

	fits(bytes: Uint8Array): boolean {
		return this.length + bytes.length <= this.bytes.length;
	}

	add(verityDigest: string, bytes: Uint8Array): Promise<void> {
		const start = this.length;
		this.bytes.set(bytes, start);
		this.length += bytes.length;
		this.contents.push({verityDigest, start, end: this.length});
		const written = Promise.withResolvers<void>();
		this.#written.push(written);
		return written.promise;
	}

	settle(outcome: BatchOutcome | Error): void {
		for (const [index, written] of this.#written.entries()) {
			if (outcome instanceof Error) {
				written.reject(outcome);
				continue;
			}
			const failure = outcome.failures[index];
			if (failure) written.reject(errorOf(failure));
			else written.resolve();
		}
	}
}

function errorOf({code, message}: WriteFailure): Error {
	return Object.assign(new Error(message), {code});
}
