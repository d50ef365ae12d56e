import {blockSize, direntSize, direntType, slotSize, writeBytes} from './format.ts';
import type {DirectoryEntry} from './image-inode.ts';

/** A directory's entries as they are stored: every piece is a block of its own, or the tail. */
export interface DirectoryCut {
	readonly pieces: readonly (readonly DirectoryEntry[])[];
	/** Bytes of the last piece where it is the tail behind the inode; 0 when there is none. */
	readonly tailLength: number;
}

/** Fills blocks greedily, in order; a last one that is not more than half full becomes the tail. */
export function cutDirectory(entries: readonly DirectoryEntry[]): DirectoryCut {
	const pieces: (readonly DirectoryEntry[])[] = [];
	let start = 0;
	let length = 0;
	entries.forEach(({name}, index) => {
		const added = direntSize + name.length;
		if (length + added > blockSize) {
			pieces.push(entries.slice(start, index));
			start = index;
			length = 0;
		}
		length += added;
	});
	pieces.push(start === 0 ? entries : entries.slice(start));
	return {pieces, tailLength: length > blockSize / 2 ? 0 : length};
}

/**
 * Writes one piece: an array of fixed-size entries, then the names back to back, without an end. The
 * first entry's name offset tells how many there are.
 */
export function writeDirents(
	out: Buffer,
	offset: number,
	entries: readonly DirectoryEntry[],
): void {
	let at = offset;
	let nameAt = offset + direntSize * entries.length;
	for (const {name, inode} of entries) {
		out.writeUInt32LE(inode.offset / slotSize, at);
		out.writeUInt16LE(nameAt - offset, at + 8);
		out[at + 10] = direntType[inode.type];
		writeBytes(out, name, nameAt);
		at += direntSize;
		nameAt += name.length;
	}
}
