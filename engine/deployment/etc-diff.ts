/** How /etc of a machine differs from that of its image, decided from trees alone. */
import {overlayPrefix} from '../erofs/overlay.ts';
import type {ByteString, Directory, Inode} from '../tree/tree.ts';
import {compareInodes, type InodeDifference} from './compare-inodes.ts';

export type EtcDifference =
	| InodeDifference
	/** The image has nothing of that name. */
	| 'added'
	/** With whatever was below it. */
	| 'removed';

export interface EtcChange {
	/** From the root of the system: `/etc/hosts`. */
	readonly path: ByteString;
	readonly difference: EtcDifference;
	/** Whether the image has come with another default for it than the one that was changed here. */
	readonly hidesNewDefault: boolean;
}

export interface EtcTrees {
	/**
	 * Upper layer of the overlay over /etc, as it lies on the disk. Contents need to be there only of
	 * files that are as long as the image's.
	 */
	readonly upper: Directory;
	/** Paths in the upper layer, from the root of the system, that could not be read. */
	readonly unreadable?: Iterable<ByteString>;
	/** /etc of the image below it. */
	readonly image: Directory;
	/** /etc of the image before that one; undefined when there was none, or it is gone. */
	readonly before?: Directory | undefined;
}

/** An entry of the upper layer and what the images have in its place. */
interface Place {
	readonly path: ByteString;
	readonly local: Inode | undefined;
	readonly image: Inode | undefined;
	readonly before: Inode | undefined;
}

/** Where the paths of all these trees begin. */
export const etcPath = '/etc';
const opaqueKey = `${overlayPrefix}opaque`;

/**
 * A new image's entries in these are appended to those of the machine, one by one, so they are not
 * hidden as a whole.
 */
const mergedFiles = new Set(
	['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `${etcPath}/${name}`),
);

/** Local changes, in the order of their paths' bytes. */
export function diffEtc(trees: EtcTrees): EtcChange[] {
	const {upper, image, before} = trees;
	const changes = new Map<ByteString, EtcChange>();
	const pending: Place[] = [{path: etcPath, local: upper, image, before}];
	for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
		const {path} = place;
		const difference = differenceAt(place);
		const hidesNewDefault = before !== undefined && difference !== undefined && isNew(place);
		if (difference !== undefined) changes.set(path, {path, difference, hidesNewDefault});
		pending.push(...placesBelow(place));
	}
	for (const path of trees.unreadable ?? [])
		changes.set(path, {
			path,
			difference: 'unreadable',
			hidesNewDefault: changes.get(path)?.hidesNewDefault ?? false,
		});
	return [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Paths of which the image has a new default that a local version hides. */
export function hiddenDefaults(trees: EtcTrees): ByteString[] {
	return diffEtc(trees).flatMap(({path, hidesNewDefault}) => (hidesNewDefault ? [path] : []));
}

function differenceAt({local, image}: Place): EtcDifference | undefined {
	if (local === undefined || isWhiteout(local)) return image === undefined ? undefined : 'removed';
	return image === undefined ? 'added' : compareInodes(local, image);
}

/** Whether the image differs from the one before where something local lies above it. */
function isNew({path, local, image, before}: Place): boolean {
	if (local === undefined || isWhiteout(local) || image === undefined) return false;
	// Folders are merged: what is in them counts.
	if (local.type === 'directory' && image.type === 'directory') return false;
	if (mergedFiles.has(path)) return false;
	if (before === undefined) return true;
	const difference = compareInodes(before, image);
	return difference !== undefined && difference !== 'unreadable';
}

/** What the local one has below it, and, where it replaces a whole folder of the image, what that has. */
function placesBelow({path, local, image, before}: Place): Place[] {
	if (local?.type !== 'directory') return [];
	const names = new Set(local.children.keys());
	if (isOpaque(local)) for (const name of childrenOf(image).keys()) names.add(name);
	return [...names].map((name) => ({
		path: `${path}/${name}`,
		local: local.children.get(name),
		image: childrenOf(image).get(name),
		before: childrenOf(before).get(name),
	}));
}

const noChildren: ReadonlyMap<ByteString, Inode> = new Map();

function childrenOf(inode: Inode | undefined): ReadonlyMap<ByteString, Inode> {
	return inode?.type === 'directory' ? inode.children : noChildren;
}

/** @see https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories */
function isWhiteout(inode: Inode): boolean {
	return inode.type === 'character' && inode.rdev === 0;
}

function isOpaque({xattrs}: Directory): boolean {
	return xattrs?.get(opaqueKey)?.toString('latin1') === 'y';
}
