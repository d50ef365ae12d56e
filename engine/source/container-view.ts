import {type BigIntStats, lstatSync, readFileSync} from 'node:fs';
import {KernelCallFailed} from '../system/libc.ts';
import {readMountPoints} from '../system/mount-points.ts';
import type {MountClone, System} from '../system/system.ts';
import {type FileListener, type ScannedTree, scanDirectory} from '../tree/scan.ts';
import type {ByteString} from '../tree/tree.ts';
import {countLowerLayers} from './overlay-layers.ts';
import {isRecent} from './recent.ts';
import {byDepth, isAtOrBelow} from './tree-path.ts';

/** What a container shows of its own root file system. Nothing below /run is in it. */
export interface ContainerView {
	/** Where the tree is on this host. */
	readonly path: string;
	readonly tree: ScannedTree;
	/**
	 * Whether the tree has what lies under mount points. An ordinary container does not see that: there,
	 * mount points are missing from the tree.
	 */
	readonly seesUnderMounts: boolean;
	/** In a user namespace: device nodes of the image were not unpacked then. */
	readonly isRootless: boolean;
	/** How many layers the image has; undefined when the container does not show. */
	readonly layers: number | undefined;
	/** Topmost mount points, `/` left out, and whether a directory is mounted there or a file. */
	readonly mountPoints: ReadonlyMap<ByteString, 'directory' | 'file'>;
	/** What was made or changed since the container was made; see {@link isRecent}. */
	readonly recent: ReadonlyMap<ByteString, RecentInode>;
}

export interface RecentInode {
	/**
	 * Whether a directory may have been in the image. Overlayfs gives a directory that it merges from
	 * the image and the container's own layer one link; one that is only the container's own has more.
	 */
	readonly mayBeMerged: boolean;
}

export interface OpenContainerView extends ContainerView {
	/** The files of the tree cannot be read any more then. */
	close(): void;
}

/**
 * Looks at the root file system, without its mounts where the kernel lets us.
 * @param onFile told of files that are found: not all of them need be in the tree later
 */
export function openContainerView(system: System, onFile?: FileListener): OpenContainerView {
	const clone = cloneRoot(system);
	try {
		return {...viewContainer(system, clone?.path, onFile), close: () => clone?.close()};
	} catch (error) {
		clone?.close();
		throw error;
	}
}

/** EINVAL: a user namespace may not look under the mounts that it was given. */
const refusals = new Set(['EPERM', 'EACCES', 'EINVAL', 'ENOSYS']);

function cloneRoot(system: System): MountClone | undefined {
	try {
		return system.cloneMount('/');
	} catch (error) {
		if (error instanceof KernelCallFailed && refusals.has(error.errno)) return undefined;
		throw error;
	}
}

function viewContainer(
	system: System,
	clone: string | undefined,
	onFile: FileListener | undefined,
): ContainerView {
	const root = clone ?? '/';
	const mountPoints = new Map<ByteString, 'directory' | 'file'>();
	const recent = new Map<ByteString, RecentInode>();
	const isMountPoint = new Set(topmost(readMountPoints()));
	// Without overlayfs no directory says that it is merged, and any may be.
	const isOverlay = lstatSync(root).nlink === 1;
	const exclude = (path: ByteString, stat: BigIntStats): boolean => {
		if (path.startsWith('/run/')) return true;
		if (isMountPoint.has(path)) {
			mountPoints.set(path, stat.isDirectory() ? 'directory' : 'file');
			if (clone === undefined) return true;
		}
		if (isRecent(stat)) recent.set(path, {mayBeMerged: !isOverlay || stat.nlink === 1n});
		return false;
	};
	const tree = scanDirectory(system, root, {exclude, onFile});
	return {
		path: root,
		tree,
		seesUnderMounts: clone !== undefined,
		isRootless: !/^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8')),
		layers: countLowerLayers(),
		mountPoints,
		recent,
	};
}

/** Without `/` and what is mounted on top of other mounts: that is none of the root's. */
function topmost(mountPoints: readonly ByteString[]): ByteString[] {
	const found: ByteString[] = [];
	for (const path of byDepth(mountPoints).reverse())
		if (path !== '/' && !found.some((other) => isAtOrBelow(path, other))) found.push(path);
	return found;
}
