/**
 * The log that QEMU's blklogwrites keeps of a disk, in the format of the kernel's dm-log-writes: a sector
 * with magic number, version, number of entries and sector size; then each entry, a sector that says what it
 * is, followed by the data of a write. All numbers are little-endian.
 *
 * An entry is written when its request has been completed. So the log is in the order of completion, and a
 * flush in it covers every write before it. Writes of zeros are there with their zeros, discards without data.
 * @see https://docs.kernel.org/admin-guide/device-mapper/log-writes.html
 */
import {closeSync, openSync, readSync} from 'node:fs';

/** Offsets and lengths in bytes. */
export type LogEntry =
	| {readonly kind: 'write'; readonly offset: number; readonly length: number; readonly at: number}
	| {readonly kind: 'discard'; readonly offset: number; readonly length: number}
	| {readonly kind: 'flush'};

const magic = 0x6a736677736872n;
const version = 1n;
const superblockLength = 28;
const entryLength = 32;
const flags = {write: 0n, flush: 1n, discard: 4n};

/**
 * All entries; the data of a write lies in the log from `at` on.
 * @throws Error when it is no such log, ends too early, or has what blklogwrites does not write
 */
export function readWriteLog(file: string): LogEntry[] {
	const fd = openSync(file, 'r');
	try {
		const {count, sectorSize} = readSuperblock(fd);
		const entries: LogEntry[] = [];
		let at = sectorSize;
		for (let n = 0; n < count; n++) {
			const entry = readEntry(fd, at, sectorSize);
			entries.push(entry);
			at += sectorSize + (entry.kind === 'write' ? entry.length : 0);
		}
		return entries;
	} finally {
		closeSync(fd);
	}
}

/** How many entries there are; of a log that is being written too, up to its last flush at least. */
export function countEntries(file: string): number {
	const fd = openSync(file, 'r');
	try {
		return readSuperblock(fd).count;
	} finally {
		closeSync(fd);
	}
}

function readSuperblock(fd: number): {readonly count: number; readonly sectorSize: number} {
	const bytes = readBytes(fd, 0, superblockLength);
	if (bytes.readBigUInt64LE(0) !== magic || bytes.readBigUInt64LE(8) !== version)
		throw new Error('this is no log of writes');
	return {count: Number(bytes.readBigUInt64LE(16)), sectorSize: bytes.readUInt32LE(24)};
}

function readEntry(fd: number, at: number, sectorSize: number): LogEntry {
	const bytes = readBytes(fd, at, entryLength);
	const offset = Number(bytes.readBigUInt64LE(0)) * sectorSize;
	const length = Number(bytes.readBigUInt64LE(8)) * sectorSize;
	const kind = bytes.readBigUInt64LE(16);
	if (kind === flags.flush && length === 0) return {kind: 'flush'};
	if (kind === flags.discard) return {kind: 'discard', offset, length};
	if (kind === flags.write) return {kind: 'write', offset, length, at: at + sectorSize};
	throw new Error(`the entry at ${at} has flags ${kind} and ${length} bytes`);
}

function readBytes(fd: number, at: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	const read = readSync(fd, bytes, 0, length, at);
	if (read < length) throw new Error(`the log ends at ${at + read}, within an entry`);
	return bytes;
}
