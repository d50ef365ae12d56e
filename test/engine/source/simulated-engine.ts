import type {ContainerView, RecentInode} from '../../../engine/source/container-view.ts';
import {
	coveredFiles,
	coveredFolders,
	type ImageRecord,
	type RecordedEntry,
} from '../../../engine/source/image-record.ts';
import {
	addEntry,
	byDepth,
	inodesWithPaths,
	isAtOrBelow,
	isDevice,
	lookUp,
	lookUpDirectory,
	parentPath,
	removeEntry,
} from '../../../engine/source/tree-path.ts';
import type {Directory, Inode} from '../../../engine/tree/tree.ts';
import {directory, file, symlink} from './trees.ts';

export interface SimulatedRun {
	readonly isPrivileged: boolean;
	/** Beside the mounts of every container. */
	readonly volumes?: Readonly<Record<string, 'directory' | 'file'>>;
	readonly isRootless?: boolean;
	readonly layers?: number;
	/** As btrfs does: no directory shows that only the container has it. */
	readonly hidesMerges?: boolean;
}

const nowSec = 2_000_000_000;

/** What every container gets mounted, in the order in which podman does it. */
const usualMounts = {
	...Object.fromEntries(coveredFolders.map((path) => [path, 'directory' as const])),
	...Object.fromEntries(coveredFiles.map((path) => [path, 'file' as const])),
};

/** The view that a container of an image has, after an engine did to it what podman and crun do. */
export function runContainer(image: Directory, run: SimulatedRun): ContainerView {
	const root = copyTree(image);
	const recent = new Map<string, RecentInode>();
	const mounts: Record<string, 'directory' | 'file'> = {...usualMounts, ...run.volumes};
	const touch = (path: string, mayBeMerged: boolean) => {
		const inode = lookUp(root, path);
		if (inode !== undefined) Object.assign(inode, {mtimeSec: nowSec, mtimeNsec: 5});
		if (path === '/') return;
		const known = recent.get(path)?.mayBeMerged ?? mayBeMerged;
		recent.set(path, {mayBeMerged: known || run.hidesMerges === true});
	};
	const make = (path: string, inode: Inode): void => {
		if (lookUp(root, path) !== undefined) return;
		make(parentPath(path), directory());
		addEntry(root, path, inode);
		touch(path, inode.type !== 'directory');
		touch(parentPath(path), true);
	};
	if (lookUp(root, '/etc/mtab') === undefined) make('/etc/mtab', symlink('/proc/mounts'));
	for (const [path, type] of Object.entries(mounts))
		make(path, type === 'directory' ? directory() : file('', {mode: 0o700}));
	if (!run.isPrivileged)
		for (const path of byDepth(Object.keys(mounts))) {
			removeEntry(root, path);
			recent.delete(path);
		}
	return {
		path: '/nowhere',
		tree: {root, files: [], mountPoints: []},
		seesUnderMounts: run.isPrivileged,
		isRootless: run.isRootless ?? false,
		layers: run.layers,
		mountPoints: new Map(Object.entries(mounts)),
		recent,
	};
}

export function copyTree(root: Directory): Directory {
	const children = [...root.children].map(
		([name, inode]) => [name, inode.type === 'directory' ? copyTree(inode) : {...inode}] as const,
	);
	return {...root, children: new Map(children)};
}

/** The record that a build writes about an image. */
export function recordOf(image: Directory, hidden: readonly string[] = []): ImageRecord {
	const entries = new Map<string, RecordedEntry>();
	for (const [path, inode] of inodesWithPaths(image)) {
		if (hidden.some((place) => isAtOrBelow(path, place))) continue;
		const isCovered =
			coveredFiles.includes(path) || coveredFolders.some((folder) => isAtOrBelow(path, folder));
		if (inode.type !== 'directory' && !isDevice(inode) && !isCovered) continue;
		const entryCount = lookUpDirectory(image, path)?.children.size ?? 0;
		entries.set(path, {
			inode: inode.type === 'directory' ? {...inode, children: new Map()} : inode,
			entryCount,
			isUncommitted: false,
		});
	}
	return {writtenSec: 1000, layers: 2, hidden, entries};
}
