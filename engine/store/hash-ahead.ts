import {lstatSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {VerityHasher} from '../erofs/fs-verity.ts';
import {OperationFailed} from '../errors.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import {printable} from '../tree/printable.ts';
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
	readonly #results = new Map<ByteString, HashedVersion>();
	readonly #answered = Promise.withResolvers<void>();
	#worker: Worker | undefined;
	/** Files that were sent and not answered yet. */
	#waiting = 0;
	#isStopped = false;

	constructor(algorithm: FsVerityAlgorithm) {
		this.#algorithm = algorithm;
	}

	/** How many files are hashed. */
	get count(): number {
		return this.#results.size;
	}

	/** Takes large files, and leaves others to whoever hashes the rest. */
	add(file: SourceFile): void {
		if (file.size < minSize || this.#isStopped || availableParallelism() === 1) return;
		try {
			this.#worker ??= this.#start();
		} catch {
			// Where there is no thread to be had, nothing is lost but the time that it would have saved.
			this.#isStopped = true;
			return;
		}
		this.#waiting++;
		this.#worker.postMessage(file);
	}

	/**
	 * Stops, in the middle of a file too. Once it is stopped it stays so.
	 * @returns what was hashed, with Merkle trees. What could not be read is not there, and whoever tries again
	 * says why; nor is what has changed since.
	 */
	async stop(): Promise<HashedPaths> {
		this.#isStopped = true;
		Atomics.store(this.#stop, 0, 1);
		if (this.#waiting > 0) await this.#answered.promise;
		await this.#worker?.terminate();
		for (const [path, {changed}] of this.#results)
			if (changeTime(path) !== changed) this.#results.delete(path);
		return new Map([...this.#results].map(([path, {hashed}]) => [path, hashed]));
	}

	/**
	 * After what `stop` gave was used, in place of hashing once more what was copied.
	 * @param files those that matter, whether they were hashed or not
	 * @throws OperationFailed `source-changed` when one is not what it was when it was hashed
	 */
	checkUnchanged(files: Iterable<Pick<SourceFile, 'path'>>): void {
		for (const {path} of files) {
			const {changed} = this.#results.get(path) ?? {};
			if (changed !== undefined && changeTime(path) !== changed)
				throw new OperationFailed(
					'source-changed',
					`${printable(path)} was changed while it was copied`,
					{hint: 'Stop what writes to it, then run again.'},
				);
		}
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
		worker.on('message', ({path, result, changed}: AheadResult) => {
			if (result !== undefined) this.#results.set(path, {hashed: hashedFile(result), changed});
			this.#waiting--;
			if (this.#waiting === 0 && this.#isStopped) this.#answered.resolve();
		});
		// What it has not hashed others will.
		worker.on('error', () => {});
		worker.on('exit', () => this.#answered.resolve());
		return worker;
	}
}

interface HashedVersion {
	readonly hashed: HashedFile;
	/** See {@link AheadResult}. */
	readonly changed: bigint | undefined;
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
	/** When it had been changed last, before it was read: see {@link changeTime}. */
	readonly changed: bigint | undefined;
}

/** Makes the function that hashes a file. */
export function aheadTask({algorithm, stop}: AheadTask): (file: SourceFile) => AheadResult {
	const buffer = Buffer.allocUnsafeSlow(pieceSize);
	const goOn = () => {
		if (Atomics.load(stop, 0) !== 0) throw new Error('stopped');
	};
	const hash = (file: SourceFile): FileResult => {
		goOn();
		const hasher = new VerityHasher(algorithm, {keepTree: true});
		readPieces(file, buffer, (piece) => {
			goOn();
			hasher.update(piece);
		});
		return hashResult(hasher);
	};
	return (file) => {
		const {path} = file;
		const changed = changeTime(path);
		try {
			return {path, result: hash(file), changed};
		} catch {
			return {path, result: undefined, changed};
		}
	};
}

/** The ctime of an inode, in nanoseconds; undefined when it cannot be seen. */
function changeTime(path: ByteString): bigint | undefined {
	try {
		return lstatSync(Buffer.from(path, 'latin1'), {bigint: true}).ctimeNs;
	} catch {
		return undefined;
	}
}
