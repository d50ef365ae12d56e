import {createCipheriv} from 'node:crypto';
import {closeSync, ftruncateSync, openSync, writeSync} from 'node:fs';
import path from 'node:path';
import type {DiskFacts} from '../../../installer/output/formats/format.ts';
import type {RawDisk} from '../../../installer/output/write-formats.ts';

export const MiB = 2 ** 20;
export const cluster = 65536;

export const sampleFacts: Omit<DiskFacts, 'size'> = {
	name: 'sample',
	sectorSize: 512,
	seed: 'a seed',
	time: new Date('2026-01-02T03:04:05Z'),
	firmware: 'uefi',
};

export interface SampleDisk {
	readonly size: number;
	readonly pieces: readonly (readonly [position: number, bytes: Buffer])[];
}

/** The same every time, and nothing that could be compressed. */
export function noise(length: number, seed = 1): Buffer {
	return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(
		Buffer.alloc(length),
	);
}

/** Lines that compress well, no two the same. */
export function text(length: number): Buffer {
	const lines = Array.from({length: Math.ceil(length / 24)}, (_, line) =>
		`line ${line} of a file`.padEnd(23),
	);
	return Buffer.from(lines.join('\n')).subarray(0, length);
}

/** Disks that are awkward in one way each, all of whole MiB. */
export const sampleDisks: Readonly<Record<string, SampleDisk>> = {
	'that is all zeros': {size: 4 * MiB, pieces: []},
	'of one MiB': {size: MiB, pieces: [[0, text(MiB)]]},
	'with data in its first and last byte alone': {
		size: 40 * MiB,
		pieces: [
			[0, Buffer.from([1])],
			[40 * MiB - 1, Buffer.from([2])],
		],
	},
	'with holes at both ends': {size: 9 * MiB, pieces: [[3 * MiB + 4096, text(2 * MiB)]]},
	'with zeros that are stored': {
		size: 6 * MiB,
		pieces: [
			[0, Buffer.alloc(3 * MiB)],
			[MiB + 700, Buffer.from('between')],
		],
	},
	'that cannot be compressed': {size: 3 * MiB, pieces: [[cluster, noise(2 * MiB)]]},
	'that can be compressed here and there': {
		size: 8 * MiB,
		pieces: Array.from({length: 40}, (_, index) => [
			index * 3 * cluster,
			index % 3 === 0 ? noise(cluster, index) : text(cluster + 512 * index),
		]),
	},
	'of 3 GiB with data far apart': {
		size: 3072 * MiB,
		pieces: [
			[511 * MiB, text(2 * MiB)],
			[2047 * MiB + 12345, text(3 * cluster)],
			[3072 * MiB - 512, noise(512)],
		],
	},
};

/** Writes it into a folder, as a sparse file. */
export function makeDisk(folder: string, {size, pieces}: SampleDisk): RawDisk {
	const file = path.join(folder, 'disk.raw');
	const fd = openSync(file, 'w');
	ftruncateSync(fd, size);
	for (const [position, bytes] of pieces) writeSync(fd, bytes, 0, bytes.length, position);
	closeSync(fd);
	return {...sampleFacts, path: file, size};
}
