import {EarlyWriteback} from '../sink/early-writeback.ts';
import {orDiskFull, type UnfinishedFile} from './unfinished-file.ts';

/** Takes bytes one after the other. What it was given may change once it has returned. */
export interface ByteSink {
	append(bytes: Uint8Array): Promise<void>;
}

const bufferSize = 1 << 20;

/**
 * Writes a disk image from front to end in large pieces, and may go back for what is known last. One call at a time.
 */
export class ImageFile implements ByteSink, AsyncDisposable {
	readonly #file: UnfinishedFile;
	readonly #signal: AbortSignal;
	readonly #writeback: EarlyWriteback;
	readonly #buffer = Buffer.allocUnsafeSlow(bufferSize);
	/** Where the buffer's first byte goes in the file. */
	#start = 0;
	#used = 0;

	/** @param signal ends the writing with its reason */
	constructor(file: UnfinishedFile, signal: AbortSignal) {
		this.#file = file;
		this.#signal = signal;
		this.#writeback = new EarlyWriteback(() => file.handle.datasync());
	}

	/** Where the next bytes are appended. */
	get end(): number {
		return this.#start + this.#used;
	}

	/** @throws OperationFailed `disk-full` */
	async append(bytes: Uint8Array): Promise<void> {
		for (let at = 0; at < bytes.length; ) {
			const piece = bytes.subarray(at, at + bufferSize - this.#used);
			this.#buffer.set(piece, this.#used);
			this.#used += piece.length;
			at += piece.length;
			if (this.#used === bufferSize) await this.#flush();
		}
	}

	/** Continues at a later place. What lies between reads as zeros; of larger gaps nothing is stored. */
	async skipTo(position: number): Promise<void> {
		const gap = position - this.end;
		if (gap < 0) throw new RangeError(`byte ${position} of the image is written already`);
		if (gap > bufferSize - this.#used) {
			await this.#flush();
			this.#start = position;
		} else {
			this.#buffer.fill(0, this.#used, this.#used + gap);
			this.#used += gap;
		}
	}

	/**
	 * Writes where something, or a gap, has been before.
	 * @throws OperationFailed `disk-full`
	 */
	async rewrite(position: number, bytes: Uint8Array): Promise<void> {
		if (position + bytes.length > this.end) throw new RangeError('that is behind the image');
		if (position < this.#start) {
			await this.#flush();
			await this.#write(bytes, position);
		} else {
			this.#buffer.set(bytes, position - this.#start);
		}
	}

	/**
	 * Writes what is left. The file ends where the last byte was appended, or where it was skipped to.
	 * @throws OperationFailed `disk-full`
	 */
	async finish(): Promise<void> {
		await this.#flush();
		try {
			await this.#file.handle.truncate(this.end);
			await this.#writeback.settle();
		} catch (error) {
			throw orDiskFull(error, this.#file.place);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#writeback[Symbol.asyncDispose]();
	}

	async #flush(): Promise<void> {
		const bytes = this.#buffer.subarray(0, this.#used);
		await this.#write(bytes, this.#start);
		this.#start += bytes.length;
		this.#used = 0;
	}

	async #write(bytes: Uint8Array, position: number): Promise<void> {
		this.#signal.throwIfAborted();
		try {
			for (let at = 0; at < bytes.length; ) {
				const {bytesWritten} = await this.#file.handle.write(
					bytes,
					at,
					bytes.length - at,
					position + at,
				);
				at += bytesWritten;
			}
			this.#writeback.wrote(bytes.length);
		} catch (error) {
			throw orDiskFull(error, this.#file.place);
		}
	}
}
