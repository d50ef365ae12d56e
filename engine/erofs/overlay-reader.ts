import type {ByteString} from '../tree/tree.ts';
import {metacopyKey, redirectKey} from './format.ts';
import {verityAlgorithmOf, verityAlgorithms} from './fs-verity.ts';
import {damagedImage} from './image-view.ts';
import type {RawInode} from './inode-reader.ts';
import {escapedPrefix, objectPathOf, opaqueKey, overlayPrefix} from './overlay.ts';
import type {StoredXattr} from './xattr-reader.ts';

type Marks = ReadonlyMap<ByteString, ByteString>;

function isMark({key, value}: StoredXattr, marks: Marks): boolean {
	return marks.get(key) === value.toString('latin1');
}

export function hasMarks(xattrs: readonly StoredXattr[], marks: Marks): boolean {
	return xattrs.filter((xattr) => isMark(xattr, marks)).length >= marks.size;
}

/** Leaves each mark out once: composefs-rs may have put it beside an equal xattr of the tree. */
export function withoutMarks(xattrs: readonly StoredXattr[], marks: Marks): StoredXattr[] {
	const left = new Map(marks);
	return xattrs.filter((xattr) => !(isMark(xattr, left) && left.delete(xattr.key)));
}

/** Leaves out what every root of the compact layout has. */
export function withoutRootOpaque(xattrs: readonly StoredXattr[], root: RawInode): StoredXattr[] {
	const marks = new Map([[opaqueKey, 'y']]);
	if (!hasMarks(xattrs, marks)) throw damagedImage(`a root without ${opaqueKey}`, root.offset);
	return withoutMarks(xattrs, marks);
}

/** The xattrs of the tree, under the names that they have there. */
export function ownXattrs(
	xattrs: readonly StoredXattr[],
	{offset}: RawInode,
): Map<ByteString, Buffer> | undefined {
	if (xattrs.length === 0) return undefined;
	const own = new Map<ByteString, Buffer>();
	for (const {key: stored, value} of xattrs) {
		const isEscaped = stored.startsWith(escapedPrefix);
		if (stored.startsWith(overlayPrefix) && !isEscaped)
			throw damagedImage(`xattr ${JSON.stringify(stored)} has no place here`, offset);
		const key = isEscaped ? overlayPrefix + stored.slice(escapedPrefix.length) : stored;
		if (own.has(key)) throw damagedImage(`xattr ${JSON.stringify(key)} is there twice`, offset);
		own.set(key, value);
	}
	return own;
}

export interface Redirect {
	readonly verityDigest: string | undefined;
	/** Only where it is not what the digest gives; empty when there is none. */
	readonly objectPath: ByteString | undefined;
	readonly rest: readonly StoredXattr[];
}

/** Where the content of a file is that is not in the image. */
export function readRedirect(xattrs: readonly StoredXattr[], {offset}: RawInode): Redirect {
	const metacopy = xattrs.find(({key}) => key === metacopyKey);
	const redirect = xattrs.find(({key}) => key === redirectKey);
	if (metacopy === undefined) throw damagedImage(`a file without ${metacopyKey}`, offset);
	const verityDigest = readMetacopy(metacopy.value, offset);
	const path = redirect?.value.toString('latin1');
	if (path !== undefined && (path.length < 2 || !path.startsWith('/') || path.includes('\0')))
		throw damagedImage(`${redirectKey} is not an absolute path`, offset);
	const usual = verityDigest && objectPathOf(verityDigest);
	const objectPath = path?.slice(1);
	return {
		verityDigest,
		objectPath: objectPath === usual ? undefined : (objectPath ?? ''),
		rest: xattrs.filter((xattr) => xattr !== metacopy && xattr !== redirect),
	};
}

function readMetacopy(value: Buffer, offset: number): string | undefined {
	if (value.length === 0) return undefined;
	const digest = value.toString('hex', 4);
	const algorithm = verityAlgorithmOf(digest);
	if (
		algorithm === undefined ||
		value.readUInt32BE(0) !== (value.length << 16) + verityAlgorithms[algorithm].id
	)
		throw damagedImage(`${metacopyKey} holds no digest`, offset);
	return digest;
}
