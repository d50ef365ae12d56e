/**
 * A directory: records of what is in it, none across the border of a block, and behind them the entries of Rock
 * Ridge that have no room in their records.
 * @see ECMA-119, 9.1
 */
import {Continuation} from './continuation.ts';
import {blockSize, both16, both32, evenly, inBlocks, shortTime} from './field-encoding.ts';
import type {IsoFile, IsoFolder, IsoLeaf} from './iso-tree.ts';
import {attributesEntry, extensionEntry, nameEntries, sharingEntry} from './rock-ridge.ts';

/** Where something lies: a block of the volume, and bytes. */
export interface Extent {
	readonly block: number;
	readonly size: number;
}

/** What a directory says of places: all are as the volume counts them that is written. */
export interface Places {
	/** Of the directory's own records, and what follows them. */
	folder(folder: IsoFolder): Extent;
	/** A file has several extents when it is larger than one can be. */
	file(file: IsoFile): readonly Extent[];
}

export interface EncodedDirectory {
	/** Whole blocks. */
	readonly records: Buffer;
	/** Whole blocks, which belong right behind. */
	readonly continuation: Buffer;
}

const flags = {folder: 2, goesOn: 0x80} as const;
const folderMode = 0o755;

export function encodeDirectory(
	folder: IsoFolder,
	parent: IsoFolder,
	places: Places,
	time: Date,
): EncodedDirectory {
	const own = places.folder(folder);
	const continuation = new Continuation(own.block + own.size / blockSize);
	const record = (identifier: string, flag: number, extent: Extent, entries: readonly Buffer[]) =>
		encodeRecord({identifier, flag, extent, entries, time}, continuation);
	const isRoot = folder === parent;
	const attributes = (one: IsoFolder) => attributesEntry('folder', folderMode, linksOf(one));
	const records = [
		record('\0', flags.folder, own, [
			...(isRoot ? [sharingEntry] : []),
			attributes(folder),
			...(isRoot ? [extensionEntry] : []),
		]),
		record('\x01', flags.folder, places.folder(parent), [attributes(parent)]),
		...folder.children.flatMap((child) => {
			const {identifier, name} = child;
			if (child.kind === 'file') return fileRecords(child, places, record);
			const entries = [attributes(child), ...nameEntries(name)];
			return [record(identifier, flags.folder, places.folder(child), entries)];
		}),
	];
	return {records: packed(records), continuation: continuation.bytes()};
}

/** One for each extent; readers take the name from the first or the last. */
function fileRecords(
	{identifier, name, file}: IsoLeaf,
	places: Places,
	record: (identifier: string, flag: number, extent: Extent, entries: readonly Buffer[]) => Buffer,
): Buffer[] {
	const entries = [attributesEntry('file', file.mode, 1), ...nameEntries(name)];
	const extents = places.file(file);
	return extents.map((extent, index) =>
		record(identifier, index === extents.length - 1 ? 0 : flags.goesOn, extent, entries),
	);
}

/** Its name in its parent, its own `.`, and the `..` of each folder in it. */
function linksOf({children}: IsoFolder): number {
	return 2 + children.filter(({kind}) => kind === 'folder').length;
}

interface DirectoryRecord {
	readonly identifier: string;
	readonly flag: number;
	readonly extent: Extent;
	readonly entries: readonly Buffer[];
	readonly time: Date;
}

const maxRecord = 254;

function encodeRecord(
	{identifier, flag, extent, entries, time}: DirectoryRecord,
	continuation: Continuation,
): Buffer {
	const head = Buffer.concat([
		Buffer.alloc(2),
		both32(extent.block),
		both32(extent.size),
		shortTime(time),
		Buffer.from([flag, 0, 0]),
		both16(1),
		Buffer.from([identifier.length]),
		Buffer.from(identifier),
	]);
	const even = Buffer.alloc(head.length & 1);
	const room = maxRecord - head.length - even.length;
	const record = evenly(Buffer.concat([head, even, ...continuation.fit(entries, room)]));
	record.writeUInt8(record.length, 0);
	return record;
}

/** The record of a folder alone, as a volume descriptor has it of the root. */
export function rootRecord(extent: Extent, time: Date): Buffer {
	const identifier = '\0';
	return encodeRecord(
		{identifier, flag: flags.folder, extent, entries: [], time},
		new Continuation(0),
	);
}

function packed(records: readonly Buffer[]): Buffer {
	const pieces: Buffer[] = [];
	let length = 0;
	for (const record of records) {
		const left = blockSize - (length % blockSize);
		const gap = record.length > left ? left : 0;
		pieces.push(Buffer.alloc(gap), record);
		length += gap + record.length;
	}
	return inBlocks(Buffer.concat(pieces));
}
