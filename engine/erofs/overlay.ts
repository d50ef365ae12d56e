import type {ByteString, Device, Inode, RegularFile} from '../tree/tree.ts';
import {verityAlgorithmOf, verityAlgorithms} from './fs-verity.ts';
import type {DirectoryEntry, ImageInode} from './image-inode.ts';
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
export const metacopyKey = 'trusted.overlay.metacopy';
export const redirectKey = 'trusted.overlay.redirect';
export const opaqueKey = 'trusted.overlay.opaque';
/** On an escaped whiteout, and on the directory that it is in. */
export const whiteoutKeys = ['trusted.overlay.overlay.whiteout', 'user.overlay.whiteout'] as const;
export const whiteoutsKeys = [
	'trusted.overlay.overlay.whiteouts',
	'user.overlay.whiteouts',
] as const;
const escapedOpaqueKeys = ['trusted.overlay.overlay.opaque', 'user.overlay.opaque'] as const;

/** Whose rules an image follows where mkcomposefs (`c`) and composefs-rs (`rs`) differ. */
export type Flavour = 'c' | 'rs';

interface Xattr {
	readonly key: ByteString;
	value: ByteString;
}

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
			// A link does not count: only the directory where the whiteout itself stands gets the mark.
			if (inode.home !== entry || inode.isStub || !isWhiteout(inode.source)) continue;
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
		/^[0-9a-f]{2}$/.test(name) &&
		mode === 0o644 &&
		uid === of.uid &&
		gid === of.gid &&
		mtimeSec === of.mtimeSec &&
		mtimeNsec === of.mtimeNsec &&
		(xattrs?.size ?? 0) === (label === undefined ? 0 : 1) &&
		(label === undefined || xattrs?.get('security.selinux')?.equals(label) === true)
	);
}

/**
 * Gives every inode the xattrs that it has in the image, and makes whiteouts plain files.
 * Where the tree has a key that a mark needs too, mkcomposefs replaces it and composefs-rs has both.
 */
export function rewriteForOverlay(
	order: readonly ImageInode[],
	{whiteouts, holders}: Whiteouts,
	{flavour, version, table}: {flavour: Flavour; version: 0 | 1; table: XattrTable},
): void {
	const mark = flavour === 'c' ? setXattr : addXattr;
	for (const inode of order) {
		const {source} = inode;
		const xattrs = escapeXattrs(source);
		if (source.type === 'file' && inode.isExternal) addRedirect(xattrs, source, flavour);
		if (whiteouts.has(inode)) {
			inode.type = 'file';
			for (const key of whiteoutKeys) mark(xattrs, key, '');
		}
		if (holders.has(inode)) {
			for (const key of whiteoutsKeys) mark(xattrs, key, '');
			if (version > 0) for (const key of escapedOpaqueKeys) mark(xattrs, key, 'x');
		}
		if (inode === order[0]) addXattr(xattrs, opaqueKey, 'y');
		xattrs.sort(compareXattrs);
		inode.xattrs = xattrs.map(({key, value}) => table.hold(key, value));
	}
}

function escapeXattrs({xattrs}: Inode): Xattr[] {
	const escaped: Xattr[] = [];
	if (xattrs === undefined) return escaped;
	for (const [key, value] of xattrs)
		escaped.push({
			key: key.startsWith(overlayPrefix) ? escapedPrefix + key.slice(overlayPrefix.length) : key,
			value: value.toString('latin1'),
		});
	return escaped;
}

function addXattr(xattrs: Xattr[], key: ByteString, value: ByteString): void {
	xattrs.push({key, value});
}

function setXattr(xattrs: Xattr[], key: ByteString, value: ByteString): void {
	const present = xattrs.find((xattr) => xattr.key === key);
	if (present === undefined) addXattr(xattrs, key, value);
	else present.value = value;
}

function compareXattrs(a: Xattr, b: Xattr): number {
	if (a.key !== b.key) return a.key < b.key ? -1 : 1;
	return a.value < b.value ? -1 : 1;
}

/** Leads overlayfs from a file in the image to the object with its content. */
function addRedirect(xattrs: Xattr[], file: RegularFile, flavour: Flavour): void {
	addXattr(xattrs, metacopyKey, metacopyValue(file.verityDigest));
	const path = redirectTarget(file, flavour);
	if (path !== '') addXattr(xattrs, redirectKey, `/${path}`);
}

function redirectTarget({verityDigest, objectPath}: RegularFile, flavour: Flavour): ByteString {
	if (verityDigest === undefined) return objectPath ?? '';
	if (flavour === 'c' && objectPath !== undefined) return objectPath;
	return objectPathOf(verityDigest);
}

/** `struct ovl_metacopy`: version, length, flags, algorithm, digest. Empty when there is no digest. */
function metacopyValue(verityDigest: string | undefined): ByteString {
	if (verityDigest === undefined) return '';
	const algorithm = verityAlgorithmOf(verityDigest);
	if (algorithm === undefined) throw new Error(`not an fs-verity digest: ${verityDigest}`);
	const {id, digestSize} = verityAlgorithms[algorithm];
	const digest = Buffer.from(verityDigest, 'hex').toString('latin1');
	return String.fromCharCode(0, 4 + digestSize, 0, id) + digest;
}

/** Where an object lies in the object store, by the digest that names it: `ab/cdef…`. */
export function objectPathOf(verityDigest: string): string {
	return `${verityDigest.slice(0, 2)}/${verityDigest.slice(2)}`;
}
