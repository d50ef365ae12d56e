import {overlayPrefix} from '../erofs/overlay.ts';
import type {ByteString, Inode, RegularFile} from '../tree/tree.ts';

export type InodeDifference =
	/** Another content, target or device number. */
	| 'changed'
	/** The same content with another owner, mode or extended attribute. Times do not count. */
	| 'metadata'
	/** Another type of file. */
	| 'type'
	/** As long as the other, and the content of one is not known. */
	| 'unreadable';

/** How two inodes of one name differ; undefined when they do not. Children of folders do not count. */
export function compareInodes(one: Inode, other: Inode): InodeDifference | undefined {
	if (one.type !== other.type) return 'type';
	return compareContents(one, other) ?? (hasSameMetadata(one, other) ? undefined : 'metadata');
}

function compareContents(one: Inode, other: Inode): InodeDifference | undefined {
	if (one.type === 'file' && other.type === 'file') return compareFiles(one, other);
	if (one.type === 'symlink' && other.type === 'symlink')
		return one.target === other.target ? undefined : 'changed';
	if ('rdev' in one && 'rdev' in other) return one.rdev === other.rdev ? undefined : 'changed';
	return undefined;
}

function compareFiles(one: RegularFile, other: RegularFile): InodeDifference | undefined {
	if (one.size !== other.size) return 'changed';
	if (one.size === 0) return undefined;
	if (one.inline !== undefined && other.inline !== undefined)
		return one.inline.equals(other.inline) ? undefined : 'changed';
	const digests = [one.verityDigest, other.verityDigest] as const;
	// Digests of two algorithms tell nothing.
	if (digests[0] === undefined || digests[0].length !== digests[1]?.length) return 'unreadable';
	return digests[0] === digests[1] ? undefined : 'changed';
}

function hasSameMetadata(one: Inode, other: Inode): boolean {
	if (one.mode !== other.mode || one.uid !== other.uid || one.gid !== other.gid) return false;
	const [its, others] = [ownXattrs(one), ownXattrs(other)];
	return (
		its.length === others.length &&
		its.every(([key, value]) => other.xattrs?.get(key)?.equals(value) === true)
	);
}

/** Without what overlayfs keeps for itself. */
function ownXattrs({xattrs}: Inode): [ByteString, Buffer][] {
	return [...(xattrs ?? [])].filter(([key]) => !key.startsWith(overlayPrefix));
}
