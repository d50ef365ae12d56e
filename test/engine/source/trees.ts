import type {RecordedEntry} from '../../../engine/source/image-record.ts';
import type {
	Device,
	Directory,
	Inode,
	Metadata,
	RegularFile,
	Symlink,
} from '../../../engine/tree/tree.ts';

/** What inodes of these tests have unless they say otherwise. */
export const layerSec = 1000;

function metadata(mode: number, changes: Partial<Metadata>): Metadata {
	return {mode, uid: 0, gid: 0, mtimeSec: layerSec, mtimeNsec: 0, xattrs: undefined, ...changes};
}

export function directory(
	children: Readonly<Record<string, Inode>> = {},
	changes: Partial<Metadata> = {},
): Directory {
	return {
		type: 'directory',
		...metadata(0o755, changes),
		children: new Map(Object.entries(children)),
	};
}

export function file(content = '', changes: Partial<Metadata> = {}): RegularFile {
	const inline = Buffer.from(content, 'latin1');
	const {length: size} = inline;
	return {type: 'file', ...metadata(0o644, changes), size, inline, verityDigest: undefined};
}

export function symlink(target: string, changes: Partial<Metadata> = {}): Symlink {
	return {type: 'symlink', ...metadata(0o777, changes), target};
}

export function device(rdev: number, changes: Partial<Metadata> = {}): Device {
	return {type: 'character', ...metadata(0o600, changes), rdev};
}

export function recordEntry(inode: Inode, changes: Partial<RecordedEntry> = {}): RecordedEntry {
	return {inode, entryCount: 0, isUncommitted: false, ...changes};
}
