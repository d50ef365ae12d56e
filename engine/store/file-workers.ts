import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {OperationFailed} from '../errors.ts';
import {errorOf, type FileOutcome, onEach} from './file-outcome.ts';
import type {SourceFile} from './source-file.ts';

/** Each costs some 15 MB; a disk is not faster for more. */
const maxThreads = 4;
/** A batch ends at the first of both. */
const batchFiles = 64;
const batchBytes = 4 << 20;
/** Batches that a worker has at a time, so that it never waits for the next. */
const batchesAhead = 2;

export interface RunOptions {
	/** Hears how many bytes of files are done in all. */
	readonly onAdvance?: (bytes: number) => void;
	/** All work is sent at once, for this thread will be too busy to send the next when some is done. */
	readonly isBusy?: boolean;
}

/** What threads do on files, and how each of them is started. */
export interface FileWork<File, Result> {
	/** The module that a thread runs: see {@link workerEntry} and `serveBatches`. */
	readonly entry: URL;
	/** Its `workerData`. */
	readonly data: unknown;
	/** A part of it is waiting, as for a drive. */
	readonly waits?: boolean;
	/** Makes the same work for this thread. */
	start(): (file: File) => Result;
}

/** A module beside the one at `url`. Each entry is bundled into a file of its own, all in one folder. */
export function workerEntry(name: string, url: string): URL {
	return new URL(url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, url);
}

/**
 * Threads that do the same on many files. They start at the first use that is worth a thread: a single
 * small batch is done here.
 */
export class FileWorkers<File extends SourceFile, Result extends object>
	implements AsyncDisposable
{
	readonly #work: FileWork<File, Result>;
	readonly #workers: FileWorker<File, Result>[] = [];
	#isDisposed = false;

	constructor(work: FileWork<File, Result>) {
		this.#work = work;
	}

	/**
	 * Does it on every file and gives the results in the same order.
	 * @throws OperationFailed for a file that failed; others may have been done
	 */
	async run(files: readonly File[], options: RunOptions = {}): Promise<Result[]> {
		const results = new Array<Result>(files.length);
		await this.#forEach(files, options, (index, outcome) => {
			if ('failure' in outcome) throw errorOf(outcome.failure);
			results[index] = outcome;
		});
		return results;
	}

	/** The same, but files that fail are among the outcomes and stop nothing. */
	async tryAll(files: readonly File[], options: RunOptions = {}): Promise<FileOutcome<Result>[]> {
		const outcomes = new Array<FileOutcome<Result>>(files.length);
		await this.#forEach(files, options, (index, outcome) => {
			outcomes[index] = outcome;
		});
		return outcomes;
	}

	/** Workers take batches as they get done with the last. When `take` throws, none is sent another. */
	async #forEach(
		files: readonly File[],
		{onAdvance = () => {}, isBusy = false}: RunOptions,
		take: (index: number, outcome: FileOutcome<Result>) => void,
	): Promise<void> {
		if (this.#isDisposed) throw threadEnded();
		const queue = cutBatches(files);
		const workers = this.#workersFor(queue);
		const ahead = isBusy ? Math.ceil(queue.length / workers.length) : batchesAhead;
		let bytes = 0;
		const runBatch = async (worker: BatchRunner<File, Result>, {start, end, size}: Batch) => {
			const outcomes = await worker.run(files.slice(start, end));
			for (const [index, outcome] of outcomes.entries()) take(start + index, outcome);
			bytes += size;
			onAdvance(bytes);
		};
		const lane = async (worker: BatchRunner<File, Result>) => {
			for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
				await runBatch(worker, batch);
			}
		};
		const rounds = Array.from({length: ahead}, () => workers);
		const lanes = rounds.flat().map(lane);
		try {
			await Promise.all(lanes);
		} catch (error) {
			queue.length = 0;
			throw error;
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#isDisposed = true;
		await Promise.all(this.#workers.splice(0).map((worker) => worker.stop()));
	}

	/** As many as there are batches, at most one for each core, and one for the time that they wait. */
	#workersFor(queue: readonly Batch[]): readonly BatchRunner<File, Result>[] {
		const [first, second] = queue;
		if (second === undefined && (first?.size ?? 0) < batchBytes) {
			const run = onEach(this.#work.start());
			return [{run: async (batch) => run(batch)}];
		}
		const {waits = false} = this.#work;
		const threads = Math.min(availableParallelism() + Number(waits), maxThreads, queue.length);
		while (this.#workers.length < threads) this.#workers.push(new FileWorker(this.#work));
		return this.#workers;
	}
}

interface BatchRunner<File, Result> {
	run(batch: readonly File[]): Promise<readonly FileOutcome<Result>[]>;
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

interface Pending<Result> {
	resolve(outcomes: readonly FileOutcome<Result>[]): void;
	reject(error: Error): void;
}

class FileWorker<File, Result> implements BatchRunner<File, Result> {
	readonly #worker: Worker;
	/** Batches sent and not answered; a worker answers in order. */
	readonly #pending: Pending<Result>[] = [];
	#failure: Error | undefined;

	constructor({entry, data}: FileWork<File, Result>) {
		this.#worker = new Worker(entry, {workerData: data});
		this.#worker.on('message', (outcomes: readonly FileOutcome<Result>[]) =>
			this.#pending.shift()?.resolve(outcomes),
		);
		this.#worker.on('error', (error) => this.#fail(error as Error));
		this.#worker.on('exit', () => this.#fail(threadEnded()));
	}

	run(batch: readonly File[]): Promise<readonly FileOutcome<Result>[]> {
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

function threadEnded(): OperationFailed {
	return new OperationFailed('worker-ended', 'a worker thread ended too early');
}
