import {writeSync} from 'node:fs';
import {type BlockRun, ext4BlockSize} from '../../engine/system/ext4-volume.ts';

/**
 * Gathers bytes in a buffer and writes them into runs of blocks of an open disk, one run after the other, in as
 * few calls as there can be, each of whole blocks.
 */
export class RunWriter {
	readonly #fd: number;
	/** Byte of the disk at which block 0 is. */
	readonly #origin: number;
	readonly #buffer: Buffer;
	readonly #runs: BlockRun[];
	#filled = 0;
	/** Bytes of the first run that are written. */
	#written = 0;

	constructor(
		fd: number,
		{
			origin,
			runs,
			buffer,
		}: {readonly origin: number; readonly runs: readonly BlockRun[]; readonly buffer: Buffer},
	) {
		this.#fd = fd;
		this.#origin = origin;
		this.#runs = [...runs];
		this.#buffer = buffer;
	}

	/**
	 * Room for at least one byte and at most `wanted`, to be filled and then {@link advance}d over; a buffer
	 * that holds `wanted` gives all of it.
	 */
	room(wanted: number): Buffer {
		if (this.#filled + wanted > this.#buffer.length) this.flush();
		return this.#buffer.subarray(this.#filled, this.#filled + wanted);
	}

	advance(bytes: number): void {
		this.#filled += bytes;
	}

	write(bytes: Uint8Array): void {
		for (let at = 0; at < bytes.length; ) {
			const room = this.room(bytes.length - at);
			room.set(bytes.subarray(at, at + room.length));
			at += room.length;
			this.advance(room.length);
		}
	}

	/** Zeros up to the end of a block. */
	pad(position: number): void {
		const rest = (ext4BlockSize - (position % ext4BlockSize)) % ext4BlockSize;
		this.room(rest).fill(0);
		this.advance(rest);
	}

	/** Writes all whole blocks; what is behind them waits for the rest of its block. */
	flush(): void {
		const whole = this.#filled - (this.#filled % ext4BlockSize);
		for (let at = 0; at < whole; ) {
			const [run] = this.#runs;
			if (run === undefined) throw new RangeError('more bytes than blocks');
			const left = run.count * ext4BlockSize - this.#written;
			const position = this.#origin + run.start * ext4BlockSize + this.#written;
			const count = writeSync(this.#fd, this.#buffer, at, Math.min(left, whole - at), position);
			at += count;
			this.#written += count;
			if (count < left) continue;
			this.#runs.shift();
			this.#written = 0;
		}
		this.#buffer.copyWithin(0, whole, this.#filled);
		this.#filled -= whole;
	}
}
