import {statSync} from 'node:fs';
import type {BootFile, BootFileSource} from '../engine/boot/boot-partition.ts';
import type {GrubImages} from '../engine/boot/grub/boot-images.ts';
import type {ByteString, Directory, Inode, Metadata} from '../engine/tree/tree.ts';

/**
 * Everything that goes on a machine's disk, described once and known before the first write.
 * A sink (mounted or unmounted file systems) turns it into a disk.
 */
export interface SystemContent {
	/** fs-verity algorithm of objects and image. */
	readonly algorithm: 'sha256' | 'sha512';
	/** The composefs image of the root file system, its own fs-verity digest, and the tree that is in it. */
	readonly image: {
		readonly bytes: Buffer;
		readonly verityDigest: string;
		readonly tree: Directory;
	};
	/** Objects by fs-verity digest; each is read once, when it is written. */
	readonly objects: ReadonlyMap<string, ContentObject>;
	/** All else on the physical root: state/…, in order, parents before children. */
	readonly state: readonly StateEntry[];
	/** Files of the boot partition but for the loader entries, in the order they are written. */
	readonly bootFiles: readonly BootFile[];
	/** Files that make the disk bootable: written last, after all the rest is on the disk. */
	readonly bootEntries: readonly BootFile[];
	/** What a BIOS starts, outside of all file systems; left out when none is to. */
	readonly grub?: GrubImages;
	/** Whether UEFI need not find anything on the disk. */
	readonly isForBiosAlone?: boolean;
}

/**
 * Content whose files get their digests when they are written, but for those that are hashed by then. All that
 * follows from digests is described then; sizes, and so everything that can be refused, and the files of
 * the boot partition are known before.
 */
export interface UnhashedContent<Described extends {readonly content: SystemContent}> {
	/** What becomes objects, the same content perhaps more than once. Called when writing begins. */
	files(): Promise<readonly UnhashedFile[]>;
	/** Called after that. @param digests of the files, in their order */
	describe(digests: Promise<readonly string[]>): Promise<Described>;
	/**
	 * Called when all is copied.
	 * @throws OperationFailed `source-changed` when a file that was hashed before is not what it was
	 */
	checkUnchanged(): void;
}

export interface UnhashedFile {
	/** Where it can be read on this host. */
	readonly path: ByteString;
	readonly size: number;
	/** Of one that was hashed before all the same. */
	readonly hashed:
		| {readonly verityDigest: string; readonly merkleTree: Uint8Array | undefined}
		| undefined;
}

export interface ContentObject {
	readonly size: number;
	readonly source: FileSource;
	/**
	 * Merkle tree blocks of the content, top level first, as fs-verity stores them, but for zeros at the
	 * end; empty for content of one block. Kept from hashing so that it need not be made twice.
	 */
	readonly merkleTree: Uint8Array | undefined;
}

/** Where content comes from. */
export type FileSource = BootFileSource;

/** In bytes. */
export function sourceSize(source: FileSource): number {
	return source.kind === 'bytes'
		? source.bytes.length
		: statSync(Buffer.from(source.path, 'latin1')).size;
}

/** One inode on the physical root, at a path relative to it. */
export interface StateEntry {
	readonly path: ByteString;
	readonly inode: Inode | (Metadata & {readonly type: 'hardlink'; readonly target: ByteString});
	/** Of regular files that are not empty. */
	readonly source: FileSource | undefined;
}
