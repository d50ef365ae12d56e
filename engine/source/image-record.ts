import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';
import {checked} from '../oci/checked.ts';
import type {ByteString, Inode} from '../tree/tree.ts';

/**
 * What a running container may no longer show of its image, written down when the image is built:
 * every directory, whatever lies below the folders that an engine covers (`/dev`), the files it mounts
 * its own over (`/etc/hosts`), and device nodes, which a rootless engine cannot unpack. One line of
 * JSON for each, after a line about the record itself.
 */
export interface ImageRecord {
	/** When it was written, in seconds: the file's own mtime, unless a builder rewrote that. */
	readonly writtenSec: number;
	/** How many layers the image has with the record's own; undefined when the build did not show. */
	readonly layers: number | undefined;
	/** Paths that it says nothing about, nor of what lies below: something else was mounted on them. */
	readonly hidden: readonly ByteString[];
	/** By path; parents come first. */
	readonly entries: ReadonlyMap<ByteString, RecordedEntry>;
}

export interface RecordedEntry {
	/** Without xattrs and, if it is a directory, without children. */
	readonly inode: Inode;
	/** How many names the directory holds, 0 for anything else. */
	readonly entryCount: number;
	/** Written by the build that the record was part of; a builder may rewrite the mtime. */
	readonly isUncommitted: boolean;
}

/** Where it is in an image. */
export const imageRecordPath = '/usr/lib/slipway/image-record';

/** Folders that an engine mounts on as a whole; all that lies below them is recorded. */
export const coveredFolders: readonly ByteString[] = ['/dev', '/proc', '/sys'];

/** Files that an engine mounts its own over. */
export const coveredFiles: readonly ByteString[] = [
	'/etc/hosts',
	'/etc/hostname',
	'/etc/resolv.conf',
];

/** Longer files are not recorded. */
export const maxRecordedFile = 65_536;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const types = ['directory', 'file', 'symlink', 'character', 'block', 'fifo', 'socket'] as const;

const headerSchema = v.strictObject({
	imageRecord: v.literal(1),
	written: count,
	layers: v.optional(count),
	hidden: v.array(v.string()),
});
/** Absent members are 0, false or `directory`; `mtime` is seconds and nanoseconds. */
const entrySchema = v.strictObject({
	path: v.pipe(v.string(), v.startsWith('/')),
	type: v.optional(v.picklist(types), 'directory'),
	mode: v.pipe(v.string(), v.regex(/^[0-7]{3,4}$/, 'expected an octal mode')),
	uid: v.optional(count, 0),
	gid: v.optional(count, 0),
	mtime: v.tuple([v.pipe(v.number(), v.safeInteger()), v.pipe(count, v.maxValue(999_999_999))]),
	entries: v.optional(count, 0),
	content: v.optional(v.string(), ''),
	target: v.optional(v.string(), ''),
	rdev: v.optional(count, 0),
	uncommitted: v.optional(v.boolean(), false),
});
type EntryLine = v.InferInput<typeof entrySchema>;

export function formatImageRecord({writtenSec, layers, hidden, entries}: ImageRecord): string {
	const header = {imageRecord: 1, written: writtenSec, layers, hidden};
	const lines = [...entries].map(([path, entry]) => entryLine(path, entry));
	return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function entryLine(path: ByteString, {inode, entryCount, isUncommitted}: RecordedEntry): EntryLine {
	return {
		path,
		...(inode.type === 'directory' ? {} : {type: inode.type}),
		mode: inode.mode.toString(8).padStart(3, '0'),
		...(inode.uid === 0 ? {} : {uid: inode.uid}),
		...(inode.gid === 0 ? {} : {gid: inode.gid}),
		mtime: [inode.mtimeSec, inode.mtimeNsec],
		...(entryCount === 0 ? {} : {entries: entryCount}),
		...(inode.type === 'file' ? {content: inode.inline?.toString('base64') ?? ''} : {}),
		...(inode.type === 'symlink' ? {target: inode.target} : {}),
		...('rdev' in inode ? {rdev: inode.rdev} : {}),
		...(isUncommitted ? {uncommitted: true} : {}),
	};
}

/** @throws DamagedInput with the line's number */
export function parseImageRecord(text: string): ImageRecord {
	const [first = '', ...rest] = text.split('\n');
	const header = checked(headerSchema, parseLine(first, 1), 'image record, line 1,');
	const entries = new Map<ByteString, RecordedEntry>();
	for (const [index, line] of rest.entries()) {
		if (line === '' && index === rest.length - 1) break;
		const number = index + 2;
		const entry = checked(entrySchema, parseLine(line, number), `image record, line ${number},`);
		entries.set(entry.path, {
			inode: recordedInode(entry),
			entryCount: entry.entries,
			isUncommitted: entry.uncommitted,
		});
	}
	const {written: writtenSec, layers, hidden} = header;
	return {writtenSec, layers, hidden, entries};
}

function parseLine(line: string, number: number): unknown {
	try {
		return JSON.parse(line);
	} catch (error) {
		throw new DamagedInput(`line ${number} of the image record is not JSON`, {
			hint: 'Write it again: run `slipway image record` as the last step of the build.',
			cause: error,
		});
	}
}

function recordedInode(entry: v.InferOutput<typeof entrySchema>): Inode {
	const [mtimeSec, mtimeNsec] = entry.mtime;
	const metadata = {
		mode: Number.parseInt(entry.mode, 8),
		uid: entry.uid,
		gid: entry.gid,
		mtimeSec,
		mtimeNsec,
		xattrs: undefined,
	};
	const {type} = entry;
	switch (type) {
		case 'directory':
			return {type, ...metadata, children: new Map()};
		case 'file': {
			const inline = Buffer.from(entry.content, 'base64');
			return {type, ...metadata, size: inline.length, inline, verityDigest: undefined};
		}
		case 'symlink':
			return {type, ...metadata, target: entry.target};
		case 'character':
		case 'block':
			return {type, ...metadata, rdev: entry.rdev};
		case 'fifo':
		case 'socket':
			return {type, ...metadata};
	}
}
