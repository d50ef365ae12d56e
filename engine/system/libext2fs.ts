import type * as Koffi from 'koffi';
import {Lacking, OperationFailed} from '../errors.ts';
import {loadKoffi} from './koffi.ts';

/** An address in this process, of what the library made. */
export type Address = bigint;

/**
 * The functions of libext2fs that are used, under their own names. Each but the last three gives 0 or
 * the number of an error: see {@link LibExt2fs.check}. A `Buffer` that is named after a result is written
 * to.
 */
export interface LibExt2fs {
	/** @throws OperationFailed `ext4-failed` unless the result is 0; ENOSPC is its `errno` for a full volume */
	check(result: number, act: string): void;
	/** Reads memory that the library owns, and keeps. */
	view(address: Address, length: number): Buffer;
	readonly unixIo: Address;
	open2(
		name: Buffer,
		options: Buffer,
		flags: number,
		superblock: number,
		blockSize: number,
		io: Address,
		volume: Buffer,
	): number;
	read_bitmaps(volume: Address): number;
	new_range(
		volume: Address,
		flags: number,
		goal: number,
		length: number,
		map: null,
		start: Buffer,
		count: Buffer,
	): number;
	read_inode_full(volume: Address, inode: number, bytes: Buffer, size: number): number;
	write_inode_full(volume: Address, inode: number, bytes: Buffer, size: number): number;
	write_dir_block4(
		volume: Address,
		block: number,
		bytes: Buffer,
		flags: number,
		inode: number,
	): number;
	extent_block_csum_set(volume: Address, inode: number, bytes: Buffer): number;
	xattrs_open(volume: Address, inode: number, handle: Buffer): number;
	xattrs_read(handle: Address): number;
	xattr_set(handle: Address, key: Buffer, value: Buffer, size: number): number;
	xattrs_close(handle: Buffer): number;
	close2(volume: Address, flags: number): number;
	/** `io_channel_write_blk64` */
	write_blk64(io: Address, block: number, count: number, bytes: Buffer): number;
	block_alloc_stats_range(volume: Address, block: number, count: number, inUse: number): void;
	inode_alloc_stats2(volume: Address, inode: number, inUse: number, isDirectory: number): void;
	free(volume: Address): void;
}

/** `long` is what the library's errors are; a volume, a handle and data are addresses. */
const signatures = {
	open2: ['long', 'void *', 'void *', 'int', 'int', 'unsigned int', 'void *', 'void *'],
	read_bitmaps: ['long', 'void *'],
	new_range: ['long', 'void *', 'int', 'uint64_t', 'uint64_t', 'void *', 'void *', 'void *'],
	read_inode_full: ['long', 'void *', 'uint32_t', 'void *', 'int'],
	write_inode_full: ['long', 'void *', 'uint32_t', 'void *', 'int'],
	write_dir_block4: ['long', 'void *', 'uint64_t', 'void *', 'int', 'uint32_t'],
	extent_block_csum_set: ['long', 'void *', 'uint32_t', 'void *'],
	xattrs_open: ['long', 'void *', 'uint32_t', 'void *'],
	xattrs_read: ['long', 'void *'],
	xattr_set: ['long', 'void *', 'void *', 'void *', 'size_t'],
	xattrs_close: ['long', 'void *'],
	close2: ['long', 'void *', 'int'],
	block_alloc_stats_range: ['void', 'void *', 'uint64_t', 'uint32_t', 'int'],
	inode_alloc_stats2: ['void', 'void *', 'uint32_t', 'int', 'int'],
	free: ['void', 'void *'],
} as const;

const soname = 'libext2fs.so.2';
const errorsSoname = 'libcom_err.so.2';

let loaded: LibExt2fs | undefined;

/** mke2fs's own library, loaded at the first call. @throws Lacking `missing-library` */
export function libext2fs(): LibExt2fs {
	loaded ??= bindFunctions(loadKoffi());
	return loaded;
}

function bindFunctions(koffi: typeof Koffi): LibExt2fs {
	const library = loadLibrary(koffi, soname);
	const errors = loadLibrary(koffi, errorsSoname);
	const bound = Object.entries(signatures).map(([name, [result, ...parameters]]) => [
		name,
		library.func(`ext2fs_${name}`, result, [...parameters]),
	]);
	library.func('initialize_ext2_error_table', 'void', [])();
	const blockParameters = ['void *', 'uint64_t', 'int', 'void *'];
	const messageOf = errors.func('error_message', 'const char *', ['long']);
	return {
		...Object.fromEntries(bound),
		write_blk64: library.func('io_channel_write_blk64', 'long', blockParameters),
		unixIo: koffi.decode(library.symbol('unix_io_manager'), 'void *'),
		view: (address, length) => Buffer.from(koffi.view(address, length)),
		check(result, act) {
			if (result !== 0) throw new Ext4Failed(act, messageOf(result), fullErrors.has(result));
		},
	};
}

function loadLibrary(koffi: typeof Koffi, name: string): Koffi.LibraryHandle {
	try {
		return koffi.load(name);
	} catch (cause) {
		throw new Lacking('missing-library', `an ext4 cannot be written without ${name}`, {
			hint: 'Install e2fsprogs, which brings it along.',
			cause,
		});
	}
}

/** EXT2_ET_BLOCK_ALLOC_FAIL, EXT2_ET_INODE_ALLOC_FAIL */
const fullErrors: ReadonlySet<number> = new Set([2_133_571_400, 2_133_571_401]);

/** What the library could not do. */
class Ext4Failed extends OperationFailed {
	readonly errno: string | undefined;

	constructor(act: string, message: string, isFull: boolean) {
		super('ext4-failed', `could not ${act} the root file system: ${message}`, {
			hint: 'Check that the disk is healthy, and run the installation again.',
		});
		this.errno = isFull ? 'ENOSPC' : undefined;
	}
}
