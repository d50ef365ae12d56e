import type {ByteString, Device, Inode, RegularFile} from '../tree/tree.ts';
import {metacopyKey, redirectKey, stubNames} from './format.ts';
import type {DirectoryEntry, ImageInode} from './image-inode.ts';
import type {XattrPair} from './xattr-pair.ts';
import type {XattrTable} from './xattr-table.ts';

/**
 * What overlayfs is told by xattrs: where a file's content is and what its digest is, and which
 * xattrs and whiteouts are the image's own and to be shown, not obeyed.
 *
 * An own `trusted.overlay.X` becomes `trusted.overlay.overlay.X`, which overlayfs shows under its first
 * name. A whiteout becomes an empty file with a mark, in a directory with a mark.
 * @see https://docs.kernel.org/filesystems/overlayfs.html#nesting-overlayfs-mounts
 */
export const overlayPrefix = 'trusted.overlay.';
export const escapedPrefix = 'trusted.overlay.overlay.';
export const opaqueKey = 'trusted.overlay.opaque';

const noMarks: ReadonlyMap<ByteString, ByteString> = new Map();
/** On an escaped whiteout. */
export const whiteoutMarks: ReadonlyMap<ByteString, ByteString> = new Map([
	['trusted.overlay.overlay.whiteout', ''],
	['user.overlay.whiteout', ''],
]);
/** On the directory that it is in. */
export const holderMarks: ReadonlyMap<ByteString, ByteString> = new Map([
	['trusted.overlay.overlay.whiteouts', ''],
	['user.overlay.whiteouts', ''],
]);
/** The same, from version 1 on. */
export const opaqueHolderMarks: ReadonlyMap<ByteString, ByteString> = new Map([
	...holderMarks,
	['trusted.overlay.overlay.opaque', 'x'],
	['user.overlay.opaque', 'x'],
]);

/** Whose rules an image follows where mkcomposefs (`c`) and composefs-rs (`rs`) differ. */
export type Flavour = 'c' | 'rs';

/** The whiteouts of a tree, and the directories that hold one; stubs are not among them. */
export interface Whiteouts {
	readonly whiteouts: ReadonlySet<ImageInode>;
	readonly holders: ReadonlySet<ImageInode>;
}

export function findWhiteouts(order: readonly ImageInode[], flavour: Flavour): Whiteouts {
	const whiteouts = new Set<ImageInode>();
	const holders = new Set<ImageInode>();
	const [root] = order;
	for (const directory of order) {
		for (const entry of directory.entries ?? []) {
			const {inode} = entry;
			if (!isWhiteout(inode.source) || inode.isStub) continue;
			// A link does not count: only the directory where the whiteout itself stands gets the mark.
			if (inode.home !== entry) continue;
			// composefs-rs tells its stubs by their looks, after it has added them.
			if (flavour === 'rs' && directory === root && looksLikeStub(entry, root)) continue;
			whiteouts.add(inode);
			holders.add(directory);
		}
	}
	return {whiteouts, holders};
}

function isWhiteout(source: Inode): source is Device {
	return source.type === 'character' && source.rdev === 0;
}

function looksLikeStub({name, inode}: DirectoryEntry, root: ImageInode): boolean {
	const {mode, uid, gid, mtimeSec, mtimeNsec, xattrs} = inode.source;
	const of = root.source;
	const label = of.xattrs?.get('security.selinux');
	return (
		stubNames.has(name) &&
		mode === 0o644 &&
		uid === of.uid &&
		gid === of.gid &&
		mtimeSec === of.mtimeSec &&
		mtimeNsec === of.mtimeNsec &&
		(xattrs?.size ?? 0) === (label === undefined ? 0 : 1) &&
		(label === undefined || xattrs?.get('security.selinux')?.equals(label) === true)
	);
}

/** Gives every inode the xattrs that it has in the image, and makes whiteouts plain files. */
export function rewriteForOverlay(
	order: readonly ImageInode[],
	{whiteouts, holders}: Whiteouts,
	{flavour, version, table}: {flavour: Flavour; version: 0 | 1; table: XattrTable},
): void {
	for (const inode of order) {
		const {source} = inode;
		const pairs: XattrPair[] = [];
		let marks = noMarks;
		if (whiteouts.has(inode)) {
			inode.type = 'file';
			marks = whiteoutMarks;
		} else if (holders.has(inode)) marks = version > 0 ? opaqueHolderMarks : holderMarks;
		for (const [key, value] of marks) pairs.push(table.hold(key, value));
		if (source.xattrs !== undefined)
			// Where an inode has a mark's key already, composefs-rs leaves it with both.
			holdOwnXattrs(pairs, source.xattrs, table, flavour === 'c' ? marks : noMarks);
		if (source.type === 'file' && inode.isExternal) holdRedirect(pairs, source, table, flavour);
		if (inode === order[0]) pairs.push(table.hold(opaqueKey, 'y'));
		inode.xattrs = sortXattrs(pairs);
	}
}

/** Adds an inode's own xattrs under the names that they have in the image, but for those replaced. */
function holdOwnXattrs(
	pairs: XattrPair[],
	xattrs: ReadonlyMap<ByteString, Buffer>,
	table: XattrTable,
	replaced: ReadonlyMap<ByteString, ByteString>,
): void {
	for (const [name, value] of xattrs) {
		const key = name.startsWith(overlayPrefix)
			? escapedPrefix + name.slice(overlayPrefix.length)
			: name;
		if (!replaced.has(key)) pairs.push(table.hold(key, value.toString('latin1')));
	}
}

/** Leads overlayfs from a file in the image to the object with its content. */
function holdRedirect(
	pairs: XattrPair[],
	{verityDigest, objectPath}: RegularFile,
	table: XattrTable,
	flavour: Flavour,
): void {
	if (verityDigest === undefined) pairs.push(table.hold(metacopyKey, ''));
	else pairs.push(held(table.objectPairs(verityDigest).metacopy));
	const isByDigest = verityDigest !== undefined && (flavour === 'rs' || objectPath === undefined);
	const digest = isByDigest ? verityDigest : digestOf(objectPath ?? '');
	if (digest !== undefined) pairs.push(held(table.objectPairs(digest).redirect));
	else if (objectPath) pairs.push(table.hold(redirectKey, `/${objectPath}`));
}

function held(pair: XattrPair): XattrPair {
	pair.holders++;
	return pair;
}

/** The digest that gives this path; undefined when none does. */
function digestOf(path: ByteString): string | undefined {
	return /^[0-9a-f]{2}\/([0-9a-f]{62}|[0-9a-f]{126})$/.test(path)
		? path.replace('/', '')
		: undefined;
}

/** Most inodes have two at most, in order already: to look is far cheaper than to sort. */
function sortXattrs(pairs: XattrPair[]): readonly XattrPair[] {
	for (let index = 1; index < pairs.length; index++) {
		const [before, here] = [pairs[index - 1], pairs[index]];
		if (before && here && compareXattrs(before, here) > 0) return pairs.sort(compareXattrs);
	}
	return pairs;
}

function compareXattrs(a: XattrPair, b: XattrPair): number {
	if (a.key !== b.key) return a.key.name < b.key.name ? -1 : 1;
	return a.text < b.text ? -1 : 1;
}

/** Where an object lies in the object store, by the digest that names it: `ab/cdef…`. */
export function objectPathOf(verityDigest: string): string {
	return `${verityDigest.slice(0, 2)}/${verityDigest.slice(2)}`;
}
