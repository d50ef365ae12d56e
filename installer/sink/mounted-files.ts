import {
	chmodSync,
	closeSync,
	fchmodSync,
	futimesSync,
	lchownSync,
	linkSync,
	mkdirSync,
	openSync,
	symlinkSync,
	writeSync,
} from 'node:fs';
import type {System} from '../../engine/system/system.ts';
import type {ByteString, Inode, Metadata} from '../../engine/tree/tree.ts';
import type {StateEntry} from '../content.ts';
import {contentPieces, type FilePiece} from './file-pieces.ts';
import {verityFileMetadata} from './root-files.ts';

/** The calls that set what Node cannot. */
export type InodeCalls = Pick<System, 'makeNode' | 'setXattr' | 'setMtime'>;

/** `st_mode` of what mknod(2) makes. */
const nodeTypes = {
	character: 0o020000,
	block: 0o060000,
	fifo: 0o010000,
	socket: 0o140000,
} as const;

/** A path of the root as bytes: names need not be UTF-8. */
export function pathIn(mountPoint: string, path: ByteString): Buffer {
	return Buffer.concat([Buffer.from(`${mountPoint}/`), Buffer.from(path, 'latin1')]);
}

/** Writes an object or image. */
export function writeVerityFile(path: string, pieces: Iterable<FilePiece>): void {
	const {mode, mtimeSec} = verityFileMetadata;
	writeNewFile(path, pieces, (file) => {
		fchmodSync(file, mode);
		futimesSync(file, mtimeSec, mtimeSec);
	});
}

function writeNewFile(
	path: string | Buffer,
	pieces: Iterable<FilePiece>,
	finish: (file: number) => void,
): void {
	// Private until its mode is set, for it may be a secret.
	const file = openSync(path, 'wx', 0o600);
	try {
		for (const {position, bytes} of pieces)
			for (let at = 0; at < bytes.length; )
				at += writeSync(file, bytes, at, bytes.length - at, position + at);
		finish(file);
	} finally {
		closeSync(file);
	}
}

/**
 * Makes one inode with all its metadata. Only the time of a folder has to be set again by
 * {@link setTime} when everything in it is made.
 */
export function writeStateEntry(system: InodeCalls, mountPoint: string, entry: StateEntry): void {
	const {path, inode, source} = entry;
	const place = pathIn(mountPoint, path);
	if (inode.type === 'hardlink') {
		linkSync(pathIn(mountPoint, inode.target), place);
		return;
	}
	makeInode(system, place, inode, contentPieces(source, sizeOf(inode), path));
	setMetadata(system, place, inode, inode.type === 'symlink');
}

const sizeOf = (inode: Inode): number => (inode.type === 'file' ? inode.size : 0);

function makeInode(
	system: InodeCalls,
	place: Buffer,
	inode: Inode,
	content: Iterable<FilePiece>,
): void {
	switch (inode.type) {
		case 'directory':
			// The root is there, and so may be a folder of the store.
			mkdirSync(place, {recursive: true});
			break;
		case 'file':
			writeNewFile(place, content, () => {});
			break;
		case 'symlink':
			symlinkSync(Buffer.from(inode.target, 'latin1'), place);
			break;
		case 'character':
		case 'block':
			system.makeNode(place, nodeTypes[inode.type] | inode.mode, inode.rdev);
			break;
		case 'fifo':
		case 'socket':
			system.makeNode(place, nodeTypes[inode.type] | inode.mode, 0);
	}
}

/** In this order: a new owner takes setuid bits and capabilities away, and all of it the time. */
function setMetadata(
	system: InodeCalls,
	place: Buffer,
	metadata: Metadata,
	isSymlink: boolean,
): void {
	lchownSync(place, metadata.uid, metadata.gid);
	if (!isSymlink) chmodSync(place, metadata.mode);
	for (const [key, value] of metadata.xattrs ?? []) system.setXattr(place, key, value);
	setTime(system, place, metadata);
}

export function setTime(
	system: Pick<System, 'setMtime'>,
	place: Buffer,
	{mtimeSec, mtimeNsec}: Metadata,
): void {
	system.setMtime(place, mtimeSec, mtimeNsec);
}
