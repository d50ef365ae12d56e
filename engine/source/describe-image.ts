import {readFileSync} from 'node:fs';
import path from 'node:path';
import {readMountPoints} from '../system/mount-points.ts';
import type {System} from '../system/system.ts';
import {scanDirectory} from '../tree/scan.ts';
import type {ByteString, Inode} from '../tree/tree.ts';
import {coveredFiles, coveredFolders, maxRecordedFile, type RecordedEntry} from './image-record.ts';
import {type InodeTimes, isUncommitted} from './recent.ts';
import {inodesWithPaths, isAtOrBelow, isDevice, parentPath} from './tree-path.ts';

export interface ImageDescription {
	readonly entries: Map<ByteString, RecordedEntry>;
	/** What could not be seen because something else is mounted on it. */
	readonly hidden: readonly ByteString[];
}

/**
 * Reads what an image record holds off a root file system: as it lies there, and without what is
 * mounted on it.
 */
export function describeImage(system: System, rootPath: string): ImageDescription {
	const root = rootPath === '/' ? '' : Buffer.from(path.resolve(rootPath)).toString('latin1');
	const mountPoints = mountPointsBelow(root);
	const hidden: ByteString[] = [];
	const times = new Map<ByteString, InodeTimes>();
	const tree = scanDirectory(system, root === '' ? '/' : root, {
		exclude: (place, stat) => {
			// Nothing below /run gets into a deployment.
			if (place.startsWith('/run/')) return true;
			if (mountPoints.has(place)) {
				hidden.push(place);
				return true;
			}
			times.set(place, stat);
			return false;
		},
	});
	const entries = new Map<ByteString, RecordedEntry>();
	for (const [place, inode] of inodesWithPaths(tree.root)) {
		if (inode.type !== 'directory' && !isDevice(inode) && !isCovered(place)) continue;
		const entry = describeInode(root + place, inode, times.get(place));
		if (entry !== undefined) entries.set(place, entry);
	}
	countHidden(entries, hidden);
	return {entries, hidden};
}

function mountPointsBelow(root: ByteString): Set<ByteString> {
	const below = readMountPoints().filter((place) => place !== '/' && place.startsWith(`${root}/`));
	return new Set(below.map((place) => place.slice(root.length)));
}

function isCovered(place: ByteString): boolean {
	return (
		coveredFiles.includes(place) || coveredFolders.some((folder) => isAtOrBelow(place, folder))
	);
}

function describeInode(
	file: ByteString,
	inode: Inode,
	times: InodeTimes | undefined,
): RecordedEntry | undefined {
	const uncommitted = times !== undefined && isUncommitted(times);
	const described = {...inode, ...(uncommitted ? {mtimeNsec: 0} : {})};
	if (described.type === 'file') {
		if (described.size > maxRecordedFile) return undefined;
		described.inline = readFileSync(Buffer.from(file, 'latin1'));
	}
	return {
		inode: described,
		entryCount: inode.type === 'directory' ? inode.children.size : 0,
		isUncommitted: uncommitted,
	};
}

/** A folder holds a name also when something else is mounted on it. */
function countHidden(entries: Map<ByteString, RecordedEntry>, hidden: readonly ByteString[]): void {
	for (const place of hidden) {
		const parent = entries.get(parentPath(place));
		if (parent === undefined) continue;
		entries.set(parentPath(place), {...parent, entryCount: parent.entryCount + 1});
	}
}
