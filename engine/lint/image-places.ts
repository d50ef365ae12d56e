import type {Stats} from 'node:fs';
import {lstat, readdir, readlink} from 'node:fs/promises';
import path from 'node:path';
import type {ScannedTree} from '../tree/scan.ts';
import type {Directory, Inode} from '../tree/tree.ts';

export interface PathFacts {
	readonly type: 'file' | 'directory' | 'symlink' | 'other';
	/** Permission bits. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	/** Whole seconds since the epoch. */
	readonly mtimeSec: number;
	/** Of a symbolic link, as written. */
	readonly target: string | undefined;
}

/**
 * Where the files of an image are. Paths are absolute within the image, and have no link in any folder of them:
 * none is followed.
 */
export interface ImagePlaces {
	/** Undefined when there is nothing. */
	facts(resolved: string): Promise<PathFacts | undefined>;
	/** In a folder, in any order; none when there is no such folder. */
	names(resolved: string): Promise<readonly string[]>;
	/** Where a regular file can be read. */
	onHost(resolved: string): string;
}

/** Unpacked in a folder. */
export function filesInFolder(folder: string): ImagePlaces {
	const onHost = (resolved: string) => path.join(folder, resolved);
	return {
		onHost,
		async facts(resolved) {
			const host = onHost(resolved);
			const stats = await lstat(host).catch(undefinedIfMissing);
			if (stats === undefined) return undefined;
			const target = stats.isSymbolicLink() ? await readlink(host) : undefined;
			const {uid, gid, size} = stats;
			const mtimeSec = Math.floor(stats.mtimeMs / 1000);
			return {type: typeOf(stats), mode: stats.mode & 0o7777, uid, gid, size, mtimeSec, target};
		},
		names: async (resolved) => (await readdir(onHost(resolved)).catch(undefinedIfMissing)) ?? [],
	};
}

/** In a tree, whose contents lie wherever they do; names that are not UTF-8 cannot be asked for. */
export function filesInTree({root, files}: Pick<ScannedTree, 'root' | 'files'>): ImagePlaces {
	const places = new Map<Inode, string>(files.map(({inode, path: place}) => [inode, place]));
	return {
		async facts(resolved) {
			const inode = lookUp(root, resolved);
			if (inode === undefined) return undefined;
			const {mode, uid, gid, mtimeSec} = inode;
			const size = inode.type === 'file' ? inode.size : 0;
			const target = inode.type === 'symlink' ? toText(inode.target) : undefined;
			return {type: kindOf(inode), mode: mode & 0o7777, uid, gid, size, mtimeSec, target};
		},
		async names(resolved) {
			const folder = lookUp(root, resolved);
			return folder?.type === 'directory' ? [...folder.children.keys()].map(toText) : [];
		},
		onHost(resolved) {
			const inode = lookUp(root, resolved);
			if (inode?.type === 'file' && inode.size === 0) return '/dev/null';
			const place = inode && places.get(inode);
			if (place === undefined) throw new RangeError(`nobody knows where ${resolved} is`);
			return toText(place);
		},
	};
}

function lookUp(root: Directory, resolved: string): Inode | undefined {
	let found: Inode | undefined = root;
	for (const name of resolved.split('/').filter((part) => part !== ''))
		found = found?.type === 'directory' ? found.children.get(toBytes(name)) : undefined;
	return found;
}

/** Names in trees are byte strings. */
const toBytes = (text: string): string => Buffer.from(text).toString('latin1');
const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

function kindOf({type}: Inode): PathFacts['type'] {
	return type === 'file' || type === 'directory' || type === 'symlink' ? type : 'other';
}

function typeOf(stats: Stats): PathFacts['type'] {
	if (stats.isFile()) return 'file';
	if (stats.isDirectory()) return 'directory';
	return stats.isSymbolicLink() ? 'symlink' : 'other';
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
	if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
