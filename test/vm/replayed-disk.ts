/** A copy of a disk that follows the log of its writes, and shows what a power cut would have left. */
import {closeSync, openSync, readSync, writeSync} from 'node:fs';
import {type CrashState, type Piece, wholePieces} from './crash-states.ts';
import type {LogEntry} from './write-log.ts';

const bufferLength = 2 ** 20;

export class ReplayedDisk implements Disposable {
	readonly file: string;
	private readonly entries: readonly LogEntry[];
	private readonly disk: number;
	private readonly log: number;
	private position = 0;

	/** @param file the disk as it was before the first entry; it is written to */
	constructor(file: string, log: string, entries: readonly LogEntry[]) {
		this.file = file;
		this.entries = entries;
		this.disk = openSync(file, 'r+');
		this.log = openSync(log, 'r');
	}

	/** Does all that the entries before `position` did. There is no way back. */
	advance(position: number): void {
		for (const entry of this.entries.slice(this.position, position))
			for (const piece of wholePieces(entry)) this.write(piece);
		this.position = Math.max(this.position, position);
	}

	/** Shows a state, not before the last one that was shown, until what it gives is disposed of. */
	show({flushed, pieces}: CrashState): Disposable {
		this.advance(flushed);
		const before = pieces.map(({offset, length}) => {
			const bytes = Buffer.alloc(length);
			readSync(this.disk, bytes, 0, length, offset);
			return {offset, bytes};
		});
		for (const piece of pieces) this.write(piece);
		return {
			[Symbol.dispose]: () => {
				for (const {offset, bytes} of before.reverse())
					writeSync(this.disk, bytes, 0, bytes.length, offset);
			},
		};
	}

	private write({offset, length, from}: Piece): void {
		const buffer = Buffer.alloc(Math.min(length, bufferLength));
		for (let done = 0; done < length; done += buffer.length) {
			const size = Math.min(buffer.length, length - done);
			if (from !== undefined) readSync(this.log, buffer, 0, size, from + done);
			writeSync(this.disk, buffer, 0, size, offset + done);
		}
	}

	[Symbol.dispose](): void {
		closeSync(this.disk);
		closeSync(this.log);
	}
}
