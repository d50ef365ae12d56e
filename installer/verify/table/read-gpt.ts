import {DamagedInput} from '../../../engine/errors.ts';
import type {Partition} from '../../disk/partition-table.ts';
import {type Medium, readAt, type Stretch} from '../medium/medium.ts';
import {type GptCopy, gptSignature, guidAt, numberAt, readGptCopy} from './gpt-copy.ts';

/** The partition table of a disk, and where it lies. */
export interface FoundTable {
	readonly sectorSize: number;
	/** GUID of the disk, in lower case. */
	readonly id: string;
	/** In the order of their numbers; none overlaps another or the table. */
	readonly partitions: readonly Partition[];
	/** Where headers and entries are. */
	readonly ownStretches: readonly Stretch[];
	/** What is wrong with one copy of the table, while the other is whole. */
	readonly faults: readonly string[];
}

const sectorSizes = [512, 4096] as const;
const noGuid = '00000000-0000-0000-0000-000000000000';

/**
 * Reads a GPT from whichever of its copies is whole.
 * @param name of the disk, for errors
 * @throws DamagedInput when there is none, or it is of a longer disk
 */
export function readGpt(medium: Medium, name: string): FoundTable {
	const sectorSize = findSectorSize(medium);
	if (sectorSize === undefined)
		throw new DamagedInput(`${name} is no disk with a partition table (GPT)`, {
			hint: 'Name a disk image that slipway made, or a disk that it was written to.',
		});
	const primary = readGptCopy(medium, 1, sectorSize);
	const lastSector = Math.floor(medium.size / sectorSize) - 1;
	const backupSector = typeof primary === 'string' ? lastSector : primary.otherHeader;
	const backup = readGptCopy(medium, backupSector, sectorSize);
	const table = typeof primary === 'string' ? backup : primary;
	if (typeof table === 'string')
		throw new DamagedInput(`both partition tables of ${name} are damaged: ${primary}; ${backup}`, {
			hint: 'Copy or make the disk again.',
		});
	if (backupSector > lastSector || table.lastUsable > lastSector)
		throw new DamagedInput(
			`${name} is cut off: its table is for ${(backupSector + 1) * sectorSize} bytes, it has ${medium.size}`,
			{hint: 'Copy or make it again.'},
		);
	return {
		sectorSize,
		id: table.id,
		partitions: partitionsOf(table, sectorSize, name),
		ownStretches: [
			...stretchesOf(primary, {header: 1, entries: 2}, table, sectorSize),
			...stretchesOf(
				backup,
				{header: backupSector, entries: backupSector - table.entriesSectors},
				table,
				sectorSize,
			),
		],
		faults: faultsOf(primary, backup),
	};
}

/** By the header, which is in the second sector; of a damaged one by its copy at the end. */
function findSectorSize(medium: Medium): number | undefined {
	const isAt = (offset: number) =>
		offset > 0 &&
		offset + 512 <= medium.size &&
		readAt(medium, {offset, length: 8}).toString('latin1') === gptSignature;
	return (
		sectorSizes.find(isAt) ??
		sectorSizes.find((size) => isAt((Math.floor(medium.size / size) - 1) * size))
	);
}

function faultsOf(primary: GptCopy | string, backup: GptCopy | string): string[] {
	if (typeof primary === 'string') return [`the first partition table is damaged: ${primary}`];
	if (typeof backup === 'string') return [`the second partition table is damaged: ${backup}`];
	const isSame =
		primary.id === backup.id &&
		primary.firstUsable === backup.firstUsable &&
		primary.lastUsable === backup.lastUsable &&
		backup.otherHeader === primary.header &&
		primary.entries.equals(backup.entries);
	return isSame ? [] : ['the two partition tables differ'];
}

/** @param usual where a damaged copy has its parts, by sectors */
function stretchesOf(
	copy: GptCopy | string,
	usual: {readonly header: number; readonly entries: number},
	{entriesSectors}: GptCopy,
	sectorSize: number,
): Stretch[] {
	const header = typeof copy === 'string' ? usual.header : copy.header;
	const entries = typeof copy === 'string' ? usual.entries : copy.entriesStart;
	return [
		{offset: header * sectorSize, length: sectorSize},
		{offset: entries * sectorSize, length: entriesSectors * sectorSize},
	];
}

function partitionsOf(table: GptCopy, sectorSize: number, name: string): Partition[] {
	const partitions: Partition[] = [];
	for (let index = 0; (index + 1) * table.entrySize <= table.entries.length; index++) {
		const entry = table.entries.subarray(index * table.entrySize, (index + 1) * table.entrySize);
		const type = guidAt(entry, 0);
		if (type === noGuid) continue;
		const [first, last] = [numberAt(entry, 32), numberAt(entry, 40)];
		if (first > last || first < table.firstUsable || last > table.lastUsable)
			throw damagedTable(name, `partition ${index + 1} is from sector ${first} to ${last}`);
		partitions.push({
			number: index + 1,
			start: first * sectorSize,
			size: (last - first + 1) * sectorSize,
			type,
			uuid: guidAt(entry, 16),
			name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
		});
	}
	const inOrder = partitions.toSorted((a, b) => a.start - b.start);
	for (const [index, {number, start}] of inOrder.entries()) {
		const before = inOrder[index - 1];
		if (before !== undefined && before.start + before.size > start)
			throw damagedTable(name, `partitions ${before.number} and ${number} overlap`);
	}
	return partitions;
}

function damagedTable(name: string, what: string): DamagedInput {
	return new DamagedInput(`the partition table of ${name} is damaged: ${what}`, {
		hint: 'Copy or make the disk again.',
	});
}
