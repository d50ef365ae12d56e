import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {OperationFailed} from '../errors.ts';
import {batchTask, errorOf, type FileOutcome} from './file-outcome.ts';
import type {FileResult, FileTask} from './file-task.ts';
import type {SourceFile} from './source-file.ts';

/** Each costs some 15 MB; a disk is not faster for more. */
const maxThreads = 4;
/** A batch ends at the first of both. */
const batchFiles = 64;
const batchBytes = 4 << 20;
/** Batches that a worker has at a time, so that it never waits for the next. */
const batchesAhead = 2;

/** Hears how many bytes of files are done in all. */
type Advance = (bytes: number) => void;

/**
 * Threads that do one task on many files. They start at the first use that is worth a thread: a single
 * small batch is done here.
 */
export class FileWorkers implements AsyncDisposable {
	readonly #task: FileTask;
	readonly #workers: FileWorker[] = [];

	constructor(task: FileTask) {
		this.#task = task;
	}

	/**
	 * Does the task on every file and gives the results in the same order.
	 * @throws OperationFailed for a file that failed; others may have been done
	 */
	async run(files: readonly SourceFile[], onAdvance?: Advance): Promise<FileResult[]> {
		const results = new Array<FileResult>(files.length);
		await this.#forEach(files, onAdvance, (index, outcome) => {
			if ('failure' in outcome) throw errorOf(outcome.failure);
			results[index] = outcome;
		});
		return results;
	}

	/** The same, but files that fail are among the outcomes and stop nothing. */
	async tryAll(files: readonly SourceFile[], onAdvance?: Advance): Promise<FileOutcome[]> {
		const outcomes = new Array<FileOutcome>(files.length);
		await this.#forEach(files, onAdvance, (index, outcome) => {
			outcomes[index] = outcome;
		});
		return outcomes;
	}

	/** Workers take batches as they get done with the last. When `take` throws, none takes another. */
	async #forEach(
		files: readonly SourceFile[],
		onAdvance: Advance = () => {},
		take: (index: number, outcome: FileOutcome) => void,
	): Promise<void> {
		const queue = cutBatches(files);
		const workers = this.#workersFor(queue);
		let bytes = 0;
		const runBatch = async (worker: BatchRunner, {start, end, size}: Batch) => {
			const outcomes = await worker.run(files.slice(start, end));
			for (const [index, outcome] of outcomes.entries()) take(start + index, outcome);
			bytes += size;
			onAdvance(bytes);
		};
		const lane = async (worker: BatchRunner) => {
			for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
				await runBatch(worker, batch);
			}
		};
		const lanes = workers.flatMap((worker) =>
			Array.from({length: batchesAhead}, () => lane(worker)),
		);
		try {
			await Promise.all(lanes);
		} catch (error) {
			queue.length = 0;
			throw error;
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#workers.splice(0).map((worker) => worker.stop()));
	}

	/** As many as there are batches, at most one for each core. */
	#workersFor(queue: readonly Batch[]): readonly BatchRunner[] {
		const [first, second] = queue;
		if (second === undefined && (first?.size ?? 0) < batchBytes) {
			const run = batchTask(this.#task);
			return [{run: async (batch) => run(batch)}];
		}
		const threads = Math.min(availableParallelism(), maxThreads, queue.length);
		while (this.#workers.length < threads) this.#workers.push(new FileWorker(this.#task));
		return this.#workers;
	}
}

interface BatchRunner {
	run(batch: readonly SourceFile[]): Promise<readonly FileOutcome[]>;
}

interface Batch {
	readonly start: number;
	readonly end: number;
	/** Bytes of the files in it. */
	readonly size: number;
}

function cutBatches(files: readonly SourceFile[]): Batch[] {
	const batches: Batch[] = [];
	let start = 0;
	let size = 0;
	for (const [index, file] of files.entries()) {
		size += file.size;
		const end = index + 1;
		if (size < batchBytes && end - start < batchFiles && end < files.length) continue;
		batches.push({start, end, size});
		start = end;
		size = 0;
	}
	return batches;
}

interface Pending {
	resolve(outcomes: readonly FileOutcome[]): void;
	reject(error: Error): void;
}

class FileWorker implements BatchRunner {
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
		this.#worker.on('message', (outcomes: readonly FileOutcome[]) =>
			this.#pending.shift()?.resolve(outcomes),
		);
		this.#worker.on('error', (error) => this.#fail(error as Error));
		this.#worker.on('exit', () =>
			this.#fail(new OperationFailed('worker-ended', 'a worker thread ended too early')),
		);
	}

	run(batch: readonly SourceFile[]): Promise<readonly FileOutcome[]> {
		if (this.#failure) return Promise.reject(this.#failure);
		return new Promise((resolve, reject) => {
			this.#pending.push({resolve, reject});
			this.#worker.postMessage(batch);
		});
	}

	async stop(): Promise<void> {
		await this.#worker.terminate();
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const pending of this.#pending.splice(0)) pending.reject(this.#failure);
	}
}
