/** What a file is that a machine shall have as a disk: by its bytes, since names promise anything. */
import {closeSync, openSync, readSync} from 'node:fs';
import {constants, gunzipSync} from 'node:zlib';

/** As QEMU calls its drivers: vpc is what others call VHD. */
export type DiskFormat = 'raw' | 'qcow2' | 'vmdk' | 'vhdx' | 'vpc';

export type SectorSize = 512 | 4096;

export type DiskContent =
	/** The sector size is known of raw disks alone; 512 for others. */
	| {
			readonly kind: 'disk';
			readonly format: DiskFormat;
			readonly sectorSize: SectorSize;
			/** Why QEMU can only read it, for the middle of a sentence. */
			readonly readOnly?: string;
	  }
	/** ISO 9660: for a drive of optical media. */
	| {readonly kind: 'optical'}
	/** Raw, and no partition table: nothing boots from it. */
	| {readonly kind: 'blank'}
	/** To be unpacked first. */
	| {readonly kind: 'packed'; readonly packing: Packing};

export type Packing = 'gzip' | 'xz' | 'zstd' | 'tar' | 'tar and gzip';

interface Magic {
	readonly offset: number;
	readonly bytes: string;
}

/** In the first bytes. A VMDK may be a text that names its other files. */
const imageMagics: readonly (readonly [DiskFormat, Magic])[] = [
	['qcow2', {offset: 0, bytes: 'QFI\xfb'}],
	['vmdk', {offset: 0, bytes: 'KDMV'}],
	['vmdk', {offset: 0, bytes: '# Disk DescriptorFile'}],
	['vhdx', {offset: 0, bytes: 'vhdxfile'}],
	['vpc', {offset: 0, bytes: 'conectix'}],
];

const tarMagic: Magic = {offset: 257, bytes: 'ustar'};

const packingMagics: readonly (readonly [Packing, Magic])[] = [
	['gzip', {offset: 0, bytes: '\x1f\x8b'}],
	['xz', {offset: 0, bytes: '\xfd7zXZ\0'}],
	['zstd', {offset: 0, bytes: '\x28\xb5\x2f\xfd'}],
	['tar', tarMagic],
];

/** A hybrid image has a partition table too, and is meant for a drive all the same. */
const isoMagic: Magic = {offset: 0x8001, bytes: 'CD001'};
/** Of a VHD of fixed size: its only mark is behind the disk. */
const vhdFooter: Magic = {offset: 0, bytes: 'conectix'};
const footerSize = 512;
/** Of an MBR, which protects a GPT as well, whatever the sector size. */
const mbrMagic: Magic = {offset: 510, bytes: '\x55\xaa'};
/** A GPT begins in the second sector. */
const gptWith4096: Magic = {offset: 4096, bytes: 'EFI PART'};

const headSize = isoMagic.offset + isoMagic.bytes.length;

/** @param head the first bytes, and @param tail the last ones: fewer where the file is smaller */
export function diskContent(head: Buffer, tail: Buffer): DiskContent {
	const format = imageMagics.find(([, magic]) => has(head, magic))?.[0];
	if (format === 'vmdk' && isStreamOptimized(head))
		return {kind: 'disk', format, sectorSize: 512, readOnly: 'a compressed (streamOptimized) VMDK'};
	if (format !== undefined) return {kind: 'disk', format, sectorSize: 512};
	if (has(head, isoMagic)) return {kind: 'optical'};
	const packing = packingMagics.find(([, magic]) => has(head, magic))?.[0];
	if (packing === 'gzip' && isPackedTar(head)) return {kind: 'packed', packing: 'tar and gzip'};
	if (packing !== undefined) return {kind: 'packed', packing};
	if (has(tail, vhdFooter)) return {kind: 'disk', format: 'vpc', sectorSize: 512};
	if (!has(head, mbrMagic)) return {kind: 'blank'};
	return {kind: 'disk', format: 'raw', sectorSize: has(head, gptWith4096) ? 4096 : 512};
}

/** @see Virtual Disk Format 5.0, "Hosted Sparse Extents": bit 16 of the flags */
function isStreamOptimized(head: Buffer): boolean {
	return has(head, {offset: 0, bytes: 'KDMV'}) && (head.readUInt32LE(8) & 0x10000) !== 0;
}

/** As disks of Google Compute Engine are. */
function isPackedTar(head: Buffer): boolean {
	try {
		return has(gunzipSync(head, {finishFlush: constants.Z_SYNC_FLUSH}), tarMagic);
	} catch {
		return false;
	}
}

function has(bytes: Buffer, {offset, bytes: wanted}: Magic): boolean {
	return bytes.toString('latin1', offset, offset + wanted.length) === wanted;
}

/** Of a file, or of a block device. @param size of it in bytes */
export function readDiskContent(file: string, size: number): DiskContent {
	const descriptor = openSync(file, 'r');
	try {
		const read = (start: number, length: number): Buffer => {
			const bytes = Buffer.alloc(length);
			return bytes.subarray(0, readSync(descriptor, bytes, 0, length, start));
		};
		return diskContent(read(0, headSize), read(Math.max(0, size - footerSize), footerSize));
	} finally {
		closeSync(descriptor);
	}
}
