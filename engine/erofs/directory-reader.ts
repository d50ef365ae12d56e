import type {ByteString} from '../tree/tree.ts';
import {blockSize, direntSize, direntType, type FileType, limits, slotSize} from './format.ts';
import {damagedImage, type ImageView} from './image-view.ts';
import {contentPieces, type RawInode} from './inode-reader.ts';

const typeByNumber = new Map<number, FileType>();
for (const [type, number] of Object.entries(direntType)) typeByNumber.set(number, type as FileType);

/** A name in a directory, and the inode that it says it leads to. */
export interface StoredEntry {
	readonly name: ByteString;
	readonly type: FileType;
	readonly inodeOffset: number;
	/** Of the entry itself, for complaints. */
	readonly offset: number;
}

/** The names of a directory, without `.` and `..`, which are checked. */
export function readDirectory(
	view: ImageView,
	inode: RawInode,
	parentOffset: number,
): StoredEntry[] {
	const all: StoredEntry[] = [];
	for (const piece of contentPieces(view, inode))
		for (let at = 0; at < piece.length; at += blockSize)
			readBlock(view, piece.subarray(at, at + blockSize), all);
	const entries: StoredEntry[] = [];
	const dots = new Map([
		['.', inode.offset],
		['..', parentOffset],
	]);
	let last = '';
	for (const entry of all) {
		const {name, inodeOffset, offset} = entry;
		// The kernel looks names up by halving.
		if (name <= last) throw damagedImage('names of a directory out of order', offset);
		last = name;
		const expected = dots.get(name);
		if (expected === undefined) entries.push(entry);
		else if (expected !== inodeOffset) throw damagedImage(`${name} leads elsewhere`, offset);
		dots.delete(name);
	}
	if (dots.size > 0) throw damagedImage('a directory without . or ..', inode.offset);
	return entries;
}

/** Reads one block, or the tail: entries of a fixed size, and then their names. */
function readBlock(view: ImageView, block: Buffer, entries: StoredEntry[]): void {
	const base = block.byteOffset - view.bytes.byteOffset;
	if (block.length < direntSize) throw damagedImage('a directory too short for an entry', base);
	const count = block.readUInt16LE(8) / direntSize;
	if (!Number.isInteger(count) || count === 0 || count * direntSize > block.length)
		throw damagedImage('an impossible number of directory entries', base + 8);
	for (let index = 0; index < count; index++) {
		const at = index * direntSize;
		const start = block.readUInt16LE(at + 8);
		const isLast = index === count - 1;
		const end = isLast ? block.length : block.readUInt16LE(at + direntSize + 8);
		if (start < count * direntSize || start > end || end > block.length)
			throw damagedImage('the name of a directory entry is elsewhere', base + at + 8);
		const type = typeByNumber.get(block[at + 10] ?? 0);
		if (type === undefined) throw damagedImage('a directory entry of no type', base + at + 10);
		if (block.readUInt32LE(at + 4) !== 0)
			throw damagedImage('a directory entry leads beyond the end', base + at);
		entries.push({
			name: readName(block, {start, end, isLast}, base),
			type,
			inodeOffset: block.readUInt32LE(at) * slotSize,
			offset: base + at,
		});
	}
}

/** The last name of a block ends at its first NUL byte, all others where the next begins. */
function readName(
	block: Buffer,
	{start, end, isLast}: {start: number; end: number; isLast: boolean},
	base: number,
): ByteString {
	const nul = isLast ? block.indexOf(0, start) : -1;
	const name = block.toString('latin1', start, nul < 0 ? end : nul);
	if (name === '' || name.length > limits.name || /[/\0]/.test(name))
		throw damagedImage('not a name for a file', base + start);
	return name;
}
