import {makeDeviceNumber} from '../../../engine/tree/device-number.ts';
import type {Inode, Metadata} from '../../../engine/tree/tree.ts';

/** What an inode itself says; where its blocks are and its extended attributes are read apart. */
export interface InodeFields {
	readonly type: Inode['type'];
	readonly metadata: Metadata;
	/** In bytes. */
	readonly size: number;
	readonly flags: number;
	/** Of devices. */
	readonly rdev: number;
}

/** By the upper four bits of the mode. */
const types: ReadonlyMap<number, Inode['type']> = new Map([
	[0o01, 'fifo'],
	[0o02, 'character'],
	[0o04, 'directory'],
	[0o06, 'block'],
	[0o10, 'file'],
	[0o12, 'symlink'],
	[0o14, 'socket'],
]);

/** Undefined for an inode of no known type. */
export function parseInode(bytes: Buffer): InodeFields | undefined {
	const mode = bytes.readUInt16LE(0);
	const type = types.get(mode >>> 12);
	if (type === undefined) return undefined;
	const extra = bytes.readUInt32LE(136);
	return {
		type,
		metadata: {
			mode: mode & 0o7777,
			uid: bytes.readUInt16LE(2) + bytes.readUInt16LE(120) * 0x10000,
			gid: bytes.readUInt16LE(24) + bytes.readUInt16LE(122) * 0x10000,
			mtimeSec: bytes.readInt32LE(16) + (extra & 3) * 2 ** 32,
			mtimeNsec: extra >>> 2,
			xattrs: undefined,
		},
		size: bytes.readUInt32LE(4) + bytes.readUInt32LE(108) * 2 ** 32,
		flags: bytes.readUInt32LE(32),
		rdev: deviceNumber(bytes),
	};
}

/** Small numbers are written the old way. */
function deviceNumber(bytes: Buffer): number {
	const old = bytes.readUInt16LE(40);
	return old === 0 ? bytes.readUInt32LE(44) : makeDeviceNumber(old >>> 8, old & 0xff);
}
