import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {VerityHasher} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import type {ByteString} from '../tree/tree.ts';
import {type FileResult, hashResult} from './file-task.ts';
import {workerEntry} from './file-workers.ts';
import {type HashedFile, hashedFile} from './hash-files.ts';
import {readPieces, type SourceFile} from './source-file.ts';

/** Hashed files by their paths. */
export type HashedPaths = ReadonlyMap<ByteString, HashedFile>;

/** Most bytes of an image are in few files of this size or more; telling of all the others costs more than it saves. */
const minSize = 256 << 10;
/** After each piece the thread looks whether it is to stop. */
const pieceSize = 1 << 20;

/**
 * Hashes large files in a thread, one after the other from when they are known, while this thread is busy with
 * other things that one core does: reading a tree, deciding what to do with it. On a single core it does nothing.
 */
export class HashAhead implements AsyncDisposable {
	readonly #algorithm: FsVerityAlgorithm;
	/** Its only element is not 0 when the thread is to stop. */
	readonly #stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
	readonly #results = new Map<ByteString, HashedFile>();
	readonly #answered = Promise.withResolvers<void>();
	#worker: Worker | undefined;
	/** Files that were sent and not answered yet. */
	#waiting = 0;
	#isStopped = false;

	constructor(algorithm: FsVerityAlgorithm) {
		this.#algorithm = algorithm;
	}

	/** What is hashed until now. */
	get found(): HashedPaths {
		return this.#results;
	}

	/** Takes large files, and leaves others to whoever hashes the rest. */
	add(file: SourceFile): void {
		if (file.size < minSize || this.#isStopped || availableParallelism() === 1) return;
		this.#worker ??= this.#start();
		this.#waiting++;
		this.#worker.postMessage(file);
	}

	/**
	 * Stops, in the middle of a file too. Once it is stopped it stays so.
	 * @returns what was hashed, with Merkle trees. What could not be read is not there: whoever tries again
	 * says why.
	 */
	async stop(): Promise<HashedPaths> {
		this.#isStopped = true;
		Atomics.store(this.#stop, 0, 1);
		if (this.#waiting > 0) await this.#answered.promise;
		await this.#worker?.terminate();
		return this.found;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#isStopped = true;
		await this.#worker?.terminate();
	}

	#start(): Worker {
		const task: AheadTask = {algorithm: this.#algorithm, stop: this.#stop};
		const worker = new Worker(workerEntry('hash-ahead-worker', import.meta.url), {
			workerData: task,
		});
		worker.on('message', ({path, result}: AheadResult) => {
			if (result !== undefined) this.#results.set(path, hashedFile(result));
			this.#waiting--;
			if (this.#waiting === 0 && this.#isStopped) this.#answered.resolve();
		});
		// Nothing is lost with the thread but the time that it would have saved.
		worker.on('error', () => {});
		worker.on('exit', () => this.#answered.resolve());
		return worker;
	}
}

/** For the thread. */
export interface AheadTask {
	readonly algorithm: FsVerityAlgorithm;
	readonly stop: Int32Array;
}

export interface AheadResult {
	readonly path: ByteString;
	/** Undefined for a file that could not be read, or not to its end before it was to stop. */
	readonly result: FileResult | undefined;
}

/** Makes the function that hashes a file. */
export function aheadTask({algorithm, stop}: AheadTask): (file: SourceFile) => AheadResult {
	const buffer = Buffer.allocUnsafeSlow(pieceSize);
	const hash = (file: SourceFile): FileResult => {
		const hasher = new VerityHasher(algorithm, {keepTree: true});
		readPieces(file, buffer, (piece) => {
			if (Atomics.load(stop, 0) !== 0) throw new Error('stopped');
			hasher.update(piece);
		});
		return hashResult(hasher);
	};
	return (file) => {
		try {
			return {path: file.path, result: hash(file)};
		} catch {
			return {path: file.path, result: undefined};
		}
	};
}
