import {createHash} from 'node:crypto';
import {lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import type {System} from '../../../engine/system/system.ts';
import type {ByteString, Inode} from '../../../engine/tree/tree.ts';
import type {FileSource, SystemContent} from '../../../installer/content.ts';
import {partitionLoop} from '../../../installer/disk/file-system.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {
	stateEntries,
	storeFolders,
	verityFileMetadata,
	verityFiles,
} from '../../../installer/sink/root-files.ts';

/** What can be seen of an inode, in words that compare. Sizes of folders are the file system's own. */
export interface ListedInode {
	readonly mode: string;
	readonly owner: string;
	readonly mtimeNs: bigint;
	readonly links: number;
	readonly size: number | undefined;
	readonly rdev: number;
	/** SHA-256 of a file's content, target of a symlink. */
	readonly content: string | undefined;
	/** Hex by key. */
	readonly xattrs: Readonly<Record<string, string>>;
}

export type Listing = Record<ByteString, ListedInode>;

const typeBits = {
	directory: 0o040000,
	file: 0o100000,
	symlink: 0o120000,
	character: 0o020000,
	block: 0o060000,
	fifo: 0o010000,
	socket: 0o140000,
} as const;

/** What the root of this content has to look like. */
export function expectedListing(content: SystemContent): Listing {
	const listing: Listing = {};
	const add = (place: ByteString, inode: Inode, source: FileSource | undefined) => {
		listing[place] = expectedInode(inode, source);
	};
	for (const {path: place, inode} of storeFolders())
		if (inode.type === 'directory') add(place, inode, undefined);
	for (const {path: place, size, source} of verityFiles(content)) {
		const file = {type: 'file', size, inline: undefined, verityDigest: undefined} as const;
		add(place, {...verityFileMetadata, ...file}, source);
	}
	const state = stateEntries(content);
	for (const {path: place, inode, source} of state)
		if (inode.type !== 'hardlink') add(place, inode, source);
	for (const {path: place, inode} of state) {
		const target = inode.type === 'hardlink' ? listing[inode.target] : undefined;
		if (inode.type !== 'hardlink' || target === undefined) continue;
		listing[inode.target] = {...target, links: target.links + 1};
		listing[place] = {...target, links: target.links + 1};
	}
	return listing;
}

function expectedInode(inode: Inode, source: FileSource | undefined): ListedInode {
	const isFile = inode.type === 'file';
	const isSymlink = inode.type === 'symlink';
	const isDevice = inode.type === 'character' || inode.type === 'block';
	return {
		mode: (typeBits[inode.type] | inode.mode).toString(8),
		owner: `${inode.uid}:${inode.gid}`,
		mtimeNs: BigInt(inode.mtimeSec) * 1_000_000_000n + BigInt(inode.mtimeNsec),
		links: inode.type === 'directory' ? 0 : 1,
		size: isFile ? inode.size : isSymlink ? inode.target.length : undefined,
		rdev: isDevice ? inode.rdev : 0,
		content: isFile ? sha256(contentOf(source)) : isSymlink ? inode.target : undefined,
		xattrs: hexValues([...(inode.xattrs ?? [])]),
	};
}

function contentOf(source: FileSource | undefined): Buffer {
	if (source === undefined) return Buffer.alloc(0);
	return source.kind === 'bytes' ? source.bytes : readFileSync(Buffer.from(source.path, 'latin1'));
}

/** The same of a root on a disk, read back through the kernel. */
export async function listRoot(
	system: System,
	disk: {readonly path: string; readonly sectorSize: number},
	root: PlannedPartition,
): Promise<Listing> {
	system.unshareMounts();
	using cleanup = new DisposableStack();
	const device = system.attachLoop(disk.path, {...partitionLoop(disk, root), readOnly: true});
	cleanup.defer(() => system.detachLoop(device));
	const mountPoint = mkdtempSync(path.join(tmpdir(), 'slipway-listing-'));
	cleanup.defer(() => rmSync(mountPoint, {recursive: true}));
	const sealed: ByteString[] = [];
	const listing: Listing = {};
	system.mount(device, mountPoint, root.fileSystem.type, ['ro']);
	try {
		for (const place of walk(mountPoint, '')) {
			const listed = listInode(system, mountPoint, place);
			if (listed === 'sealed') sealed.push(place);
			else listing[place] = listed;
		}
		for (const place of sealed) {
			const content = sha256(await dumpFile(system, device, place));
			listing[place] = {...describe(system, mountPoint, place), content};
		}
	} finally {
		system.unmount(mountPoint);
	}
	return listing;
}

/** The inodes that differ, each with what is found and what is wanted; empty when none does. */
export function listingDifferences(found: Listing, wanted: Listing): Record<string, unknown> {
	const paths = new Set([...Object.keys(found), ...Object.keys(wanted)]);
	const differing = [...paths].filter((place) => !isDeepStrictEqual(found[place], wanted[place]));
	return Object.fromEntries(
		differing.map((place) => [place, {found: found[place], wanted: wanted[place]}]),
	);
}

function* walk(mountPoint: string, folder: ByteString): Generator<ByteString> {
	yield folder;
	for (const entry of readdirSync(inRoot(mountPoint, folder), {
		withFileTypes: true,
		encoding: 'latin1' as BufferEncoding,
	})) {
		const place = folder === '' ? entry.name : `${folder}/${entry.name}`;
		if (place === 'lost+found') continue;
		if (entry.isDirectory()) yield* walk(mountPoint, place);
		else yield place;
	}
}

/** A kernel without fs-verity opens no file that has it. */
function listInode(system: System, mountPoint: string, place: ByteString): ListedInode | 'sealed' {
	const described = describe(system, mountPoint, place);
	const file = inRoot(mountPoint, place);
	const stat = lstatSync(file);
	if (stat.isSymbolicLink())
		return {...described, content: readlinkSync(file, 'buffer').toString('latin1')};
	if (!stat.isFile()) return described;
	try {
		return {...described, content: sha256(readFileSync(file))};
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'EOPNOTSUPP' || code === 'ENOTSUP') return 'sealed';
		throw error;
	}
}

function describe(system: System, mountPoint: string, place: ByteString): ListedInode {
	const file = inRoot(mountPoint, place);
	const stat = lstatSync(file, {bigint: true});
	// xfs shows an ACL under a name of its own too.
	const keys = system.listXattrs(file).filter((key) => !key.startsWith('trusted.SGI_'));
	return {
		mode: stat.mode.toString(8),
		owner: `${stat.uid}:${stat.gid}`,
		mtimeNs: stat.mtimeNs,
		// btrfs does not count the links of folders.
		links: stat.isDirectory() ? 0 : Number(stat.nlink),
		size: stat.isFile() || stat.isSymbolicLink() ? Number(stat.size) : undefined,
		rdev: Number(stat.rdev),
		content: undefined,
		xattrs: hexValues(keys.map((key) => [key, system.getXattr(file, key) ?? Buffer.alloc(0)])),
	};
}

/** Only for paths of the store, which are plain. */
async function dumpFile(system: System, device: string, place: ByteString): Promise<Buffer> {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-dump-'));
	try {
		const file = path.join(folder, 'content');
		await system.run('debugfs', ['-R', `dump /${place} ${file}`, device]);
		return readFileSync(file);
	} finally {
		rmSync(folder, {recursive: true});
	}
}

function inRoot(mountPoint: string, place: ByteString): Buffer {
	return Buffer.concat([Buffer.from(`${mountPoint}/`), Buffer.from(place, 'latin1')]);
}

function hexValues(xattrs: readonly (readonly [string, Buffer])[]): Record<string, string> {
	const pairs = xattrs.map(([key, value]) => [key, value.toString('hex')] as const);
	return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
