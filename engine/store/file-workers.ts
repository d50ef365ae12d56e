import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {OperationFailed} from '../errors.ts';
import type {FileResult, FileTask} from './file-task.ts';
import type {BatchAnswer} from './file-worker.ts';
import type {SourceFile} from './source-file.ts';

/** Each costs some 15 MB; a disk is not faster for more. */
const maxThreads = 4;
/** A batch ends at the first of both. */
const batchFiles = 64;
const batchBytes = 4 << 20;
/** Batches that a worker has at a time, so that it never waits for the next. */
const batchesAhead = 2;

/** Threads that do one task on many files. They start at the first use. */
export class FileWorkers implements AsyncDisposable {
	readonly #task: FileTask;
	readonly #workers: FileWorker[] = [];

	constructor(task: FileTask) {
		this.#task = task;
	}

	/**
	 * Does the task on every file and gives the results in the same order. `onAdvance` is told how
	 * many bytes of files are done in all.
	 * @throws OperationFailed for the first file that failed; others may have been done
	 */
	async run(
		files: readonly SourceFile[],
		onAdvance: (bytes: number) => void = () => {},
	): Promise<FileResult[]> {
		if (files.length === 0) return [];
		this.#start();
		const results = new Array<FileResult>(files.length);
		const batches = cutBatches(files);
		let bytes = 0;
		const lane = async (worker: FileWorker) => {
			for (const {start, end, size} of batches) {
				const batch = await worker.run(files.slice(start, end));
				for (const [index, result] of batch.entries()) results[start + index] = result;
				bytes += size;
				onAdvance(bytes);
			}
		};
		await Promise.all(
			this.#workers.flatMap((worker) => Array.from({length: batchesAhead}, () => lane(worker))),
		);
		return results;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#workers.splice(0).map((worker) => worker.stop()));
	}

	#start(): void {
		if (this.#workers.length > 0) return;
		const threads = Math.min(availableParallelism(), maxThreads);
		for (let i = 0; i < threads; i++) this.#workers.push(new FileWorker(this.#task));
	}
}

interface Batch {
	readonly start: number;
	readonly end: number;
	/** Bytes of the files in it. */
	readonly size: number;
}

function* cutBatches(files: readonly SourceFile[]): Generator<Batch, undefined> {
	let start = 0;
	let size = 0;
	for (const [index, file] of files.entries()) {
		size += file.size;
		const end = index + 1;
		if (size < batchBytes && end - start < batchFiles && end < files.length) continue;
		yield {start, end, size};
		start = end;
		size = 0;
	}
	return undefined;
}

interface Pending {
	resolve(results: readonly FileResult[]): void;
	reject(error: Error): void;
}

class FileWorker {
	readonly #worker: Worker;
	/** Batches sent and not answered; a worker answers in order. */
	readonly #pending: Pending[] = [];
	#failure: Error | undefined;

	constructor(task: FileTask) {
		// Each entry is bundled into a file of its own, all in one folder.
		const entry = import.meta.url.endsWith('.ts') ? './file-worker.ts' : './file-worker.js';
		this.#worker = new Worker(new URL(entry, import.meta.url), {
			workerData: task,
		});
		this.#worker.on('message', (answer: BatchAnswer) => this.#settle(answer));
		this.#worker.on('error', (error) => this.#fail(error as Error));
		this.#worker.on('exit', () =>
			this.#fail(new OperationFailed('worker-ended', 'a worker thread ended too early')),
		);
	}

	run(batch: readonly SourceFile[]): Promise<readonly FileResult[]> {
		if (this.#failure) return Promise.reject(this.#failure);
		return new Promise((resolve, reject) => {
			this.#pending.push({resolve, reject});
			this.#worker.postMessage(batch);
		});
	}

	async stop(): Promise<void> {
		await this.#worker.terminate();
	}

	#settle(answer: BatchAnswer): void {
		const pending = this.#pending.shift();
		if ('results' in answer) {
			pending?.resolve(answer.results);
			return;
		}
		const {code, message, hint} = answer.failure;
		pending?.reject(new OperationFailed(code, message, hint === undefined ? {} : {hint}));
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const pending of this.#pending.splice(0)) pending.reject(this.#failure);
	}
}
