/**
 * What a VHDX begins with: who made it, two headers, two copies of the table of regions. Numbers are little-endian.
 * @see [MS-VHDX], sections 2.2 and 2.6
 */

import {crc32c} from '../../disk/crc32c.ts';
import {seededUuid} from '../../disk/identifiers.ts';
import {KiB, MiB} from '../../disk/size.ts';
import type {DiskFacts} from './format.ts';
import {guidBytes} from './guid.ts';

/** Where things are: the regions after the MiB of headers are whole MiB. */
export const vhdxPlaces = {log: MiB, metadata: 2 * MiB, blockTable: 3 * MiB} as const;
export const blockSize = MiB;

const places = {
	identifier: 0,
	headers: [64 * KiB, 128 * KiB],
	regionTables: [192 * KiB, 256 * KiB],
} as const;

/** @param blockTableLength of the region, in bytes */
export function vhdxHead(seed: string, blockTableLength: number): Buffer {
	const bytes = Buffer.alloc(MiB);
	bytes.write('vhdxfile', places.identifier, 'latin1');
	bytes.write('slipway', places.identifier + 8, 'utf16le');
	// The one with the higher number counts.
	for (const [number, place] of places.headers.entries()) bytes.set(header(seed, number), place);
	for (const place of places.regionTables) bytes.set(regionTable(blockTableLength), place);
	return bytes;
}

function header(seed: string, number: number): Buffer {
	const bytes = Buffer.alloc(4 * KiB);
	bytes.write('head', 'latin1');
	bytes.writeBigUInt64LE(BigInt(number), 8);
	bytes.set(guidBytes(seededUuid(seed, 'vhdx file')), 16);
	bytes.set(guidBytes(seededUuid(seed, 'vhdx data')), 32);
	// The GUID of the log stays zero: nothing in it has to be done again.
	bytes.writeUInt16LE(1, 66);
	bytes.writeUInt32LE(vhdxPlaces.metadata - vhdxPlaces.log, 68);
	bytes.writeBigUInt64LE(BigInt(vhdxPlaces.log), 72);
	return withChecksum(bytes);
}

function regionTable(blockTableLength: number): Buffer {
	const regions = [
		{
			guid: '2dc27766-f623-4200-9d64-115e9bfd4a08',
			place: vhdxPlaces.blockTable,
			length: blockTableLength,
		},
		{
			guid: '8b7ca206-4790-4b9a-b8fe-575f050f886e',
			place: vhdxPlaces.metadata,
			length: vhdxPlaces.blockTable - vhdxPlaces.metadata,
		},
	];
	const bytes = Buffer.alloc(64 * KiB);
	bytes.write('regi', 'latin1');
	bytes.writeUInt32LE(regions.length, 8);
	for (const [index, {guid, place, length}] of regions.entries()) {
		const at = 16 + index * 32;
		bytes.set(guidBytes(guid), at);
		bytes.writeBigUInt64LE(BigInt(place), at + 16);
		bytes.writeUInt32LE(length, at + 24);
		const required = 1;
		bytes.writeUInt32LE(required, at + 28);
	}
	return withChecksum(bytes);
}

function withChecksum(bytes: Buffer): Buffer {
	bytes.writeUInt32LE(~crc32c(bytes) >>> 0, 4);
	return bytes;
}

/** A table of items, which begin behind it. */
export function vhdxMetadata({size, seed, sectorSize}: DiskFacts): Buffer {
	const ofDisk = 2;
	const required = 4;
	const itemsStart = 64 * KiB;
	const items = [
		{
			// No block is kept that is not needed, and there is no parent.
			guid: 'caa16737-fa36-4d43-b3b6-33f0aa44e76b',
			value: Buffer.concat([number32(blockSize), number32(0)]),
			flags: required,
		},
		{
			guid: '2fa54224-cd1b-4876-b211-5dbed83bf4b8',
			value: number64(size),
			flags: required | ofDisk,
		},
		{
			guid: 'beca12ab-b2e6-4523-93ef-c309e000c746',
			value: guidBytes(seededUuid(seed, 'vhdx disk')),
			flags: required | ofDisk,
		},
		{
			guid: '8141bf1d-a96f-4709-ba47-f233a8faab5f',
			value: number32(sectorSize),
			flags: required | ofDisk,
		},
		{
			guid: 'cda348c7-445d-4471-9cc9-e9885251c556',
			value: number32(4096),
			flags: required | ofDisk,
		},
	];
	const bytes = Buffer.alloc(itemsStart + KiB);
	bytes.write('metadata', 'latin1');
	bytes.writeUInt16LE(items.length, 10);
	let place = itemsStart;
	for (const [index, {guid, value, flags}] of items.entries()) {
		const at = 32 + index * 32;
		bytes.set(guidBytes(guid), at);
		bytes.writeUInt32LE(place, at + 16);
		bytes.writeUInt32LE(value.length, at + 20);
		bytes.writeUInt32LE(flags, at + 24);
		bytes.set(value, place);
		place += value.length;
	}
	return bytes;
}

function number32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

function number64(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}
