import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import type {ByteString, Inode, Metadata, RegularFile} from '../../engine/tree/tree.ts';
import type {FileSource, StateEntry} from '../content.ts';

/** What one place of a root holds, or should. */
export interface Place {
	readonly type: Inode['type'];
	readonly metadata: Metadata;
	/** Of files, in bytes; else 0. */
	readonly size: number;
	/** Of files. */
	readonly content: ContentDigests;
	/** Of links; else empty. */
	readonly target: ByteString;
	/** Of devices; else 0. */
	readonly rdev: number;
}

/** What is known of a content, in hex; only what is known of both is compared. */
export interface ContentDigests {
	readonly verityDigest?: string | undefined;
	readonly sha256?: string | undefined;
}

/** Undefined for a name of what comes before: a hard link. */
export function placeOfEntry(
	{inode, source}: StateEntry,
	algorithm: FsVerityAlgorithm,
): Place | undefined {
	if (inode.type === 'hardlink') return undefined;
	const {type, mode, uid, gid, mtimeSec, mtimeNsec, xattrs} = inode;
	return {
		type,
		metadata: {mode, uid, gid, mtimeSec, mtimeNsec, xattrs},
		size: type === 'file' ? inode.size : 0,
		content: type === 'file' ? contentOf(inode, source, algorithm) : {},
		target: type === 'symlink' ? inode.target : '',
		rdev: 'rdev' in inode ? inode.rdev : 0,
	};
}

function contentOf(
	{inline, verityDigest: known}: RegularFile,
	source: FileSource | undefined,
	algorithm: FsVerityAlgorithm,
): ContentDigests {
	if (known !== undefined) return {verityDigest: known};
	const bytes = inline ?? (source?.kind === 'bytes' ? source.bytes : undefined);
	return bytes === undefined ? {} : {verityDigest: verityDigest(bytes, algorithm)};
}

/** How a place differs from what it should hold, but for contents: a phrase for each, for people. */
export function differencesOf(wanted: Place, found: Place): string[] {
	if (wanted.type !== found.type) return [`is a ${found.type}, not a ${wanted.type}`];
	const owner = ({metadata: {uid, gid}}: Place) => `${uid}:${gid}`;
	const time = ({metadata: {mtimeSec, mtimeNsec}}: Place) =>
		`${mtimeSec}.${String(mtimeNsec).padStart(9, '0')}`;
	const mode = ({metadata}: Place) => metadata.mode.toString(8).padStart(4, '0');
	return [
		...difference('mode', mode(wanted), mode(found)),
		...difference('owner', owner(wanted), owner(found)),
		...difference('size', wanted.size, found.size),
		...difference('device number', wanted.rdev, found.rdev),
		...(wanted.target === found.target ? [] : ['leads elsewhere']),
		...xattrDifferences(wanted.metadata, found.metadata),
		...difference('time', time(wanted), time(found)),
	];
}

function difference(what: string, wanted: string | number, found: string | number): string[] {
	return wanted === found ? [] : [`its ${what} is ${found}, not ${wanted}`];
}

function xattrDifferences(wanted: Metadata, found: Metadata): string[] {
	const keys = new Set([...(wanted.xattrs?.keys() ?? []), ...(found.xattrs?.keys() ?? [])]);
	return [...keys].sort().flatMap((key) => {
		const [one, other] = [wanted.xattrs?.get(key), found.xattrs?.get(key)];
		if (one === undefined) return [`has the extended attribute ${key}`];
		if (other === undefined) return [`lacks the extended attribute ${key}`];
		return one.equals(other) ? [] : [`its extended attribute ${key} is another`];
	});
}

/** Whether two contents of the same length differ in what is known of both. */
export function isOtherContent(wanted: ContentDigests, found: ContentDigests): boolean {
	return (['verityDigest', 'sha256'] as const).some(
		(key) => wanted[key] !== undefined && found[key] !== undefined && wanted[key] !== found[key],
	);
}
