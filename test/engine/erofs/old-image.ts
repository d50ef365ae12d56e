import {readVector} from './vectors.ts';

interface OldInode {
	readonly nid: number;
	readonly format: number;
	readonly mode: number;
	readonly links: number;
	readonly size: number;
	readonly location: number;
	readonly sec: number;
}

/**
 * The image that composefs-rs makes of 02-single-file in its older layout, put together by hand: that
 * layout is only read.
 */
export function makeOldImage(): Buffer {
	const digest = /\w{64}$/m.exec(readVector('02-single-file').toString())?.[0] ?? '';
	const image = Buffer.alloc(4096);
	image.writeUInt32LE(0xd078629a, 0);
	image.writeUInt32LE(1, 4);
	image.writeUInt32LE(2, 12);
	image.writeUInt32LE(0xe0f5e1e2, 1024);
	image.writeUInt32LE(6, 1032);
	image[1036] = 12;
	image.writeUInt16LE(36, 1038);
	image.writeUInt32LE(2, 1040);
	image.writeUInt32LE(1, 1060);
	const directory = {format: 5, mode: 0o40755, links: 2, size: 47, location: 0};
	writeInode(image, {nid: 36, ...directory, sec: 1_700_000_000});
	writeEntries(image, 36 * 32 + 64);
	const file = {format: 9, mode: 0o100644, links: 1, size: 100_000, location: 31};
	writeInode(image, {nid: 40, ...file, sec: 1_700_000_001});
	writeXattrs(image, 40 * 32, digest);
	image.writeUInt32LE(0xffffffff, 40 * 32 + 64 + 156);
	return image;
}

function writeInode(image: Buffer, inode: OldInode): void {
	const at = inode.nid * 32;
	image.writeUInt16LE(inode.format, at);
	image.writeUInt16LE(inode.mode, at + 4);
	image.writeUInt32LE(inode.size, at + 8);
	image.writeUInt32LE(inode.location, at + 16);
	image.writeUInt32LE(inode.nid, at + 20);
	image.writeUInt32LE(inode.sec, at + 32);
	image.writeUInt32LE(inode.links, at + 44);
}

function writeEntries(image: Buffer, tail: number): void {
	const entries = [
		{name: '.', nid: 36, type: 2},
		{name: '..', nid: 36, type: 2},
		{name: 'data.bin', nid: 40, type: 1},
	];
	let nameOffset = 12 * entries.length;
	for (const [index, {name, nid, type}] of entries.entries()) {
		image.writeUInt32LE(nid, tail + 12 * index);
		image.writeUInt16LE(nameOffset, tail + 12 * index + 8);
		image[tail + 12 * index + 10] = type;
		nameOffset += image.write(name, tail + nameOffset);
	}
}

function writeXattrs(image: Buffer, inode: number, digest: string): void {
	const body = inode + 64;
	image.writeUInt16LE(37, inode + 2);
	image.writeUInt32LE(0x7ffdffff, body);
	const metacopy = Buffer.concat([Buffer.from([0, 36, 0, 1]), Buffer.from(digest, 'hex')]);
	const redirect = Buffer.from(`/${digest.slice(0, 2)}/${digest.slice(2)}`);
	writeXattr(image, body + 12, 'overlay.metacopy', metacopy);
	writeXattr(image, body + 12 + 56, 'overlay.redirect', redirect);
}

function writeXattr(image: Buffer, at: number, suffix: string, value: Buffer): void {
	image[at] = suffix.length;
	image[at + 1] = 4;
	image.writeUInt16LE(value.length, at + 2);
	image.write(suffix, at + 4);
	image.set(value, at + 4 + suffix.length);
}
