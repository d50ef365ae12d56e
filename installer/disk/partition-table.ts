import * as v from 'valibot';
import {DamagedInput} from '../../engine/errors.ts';

/** A partition table as found or as wanted. GUIDs are in lower case, positions in bytes. */
export interface PartitionTable {
	/** `gpt`, `dos`, …: sfdisk's word. */
	readonly label: string;
	/** GUID of the disk for GPT. */
	readonly id: string;
	readonly sectorSize: number;
	/** In the order of their numbers. */
	readonly partitions: readonly Partition[];
	/** Of a table that was found: where partitions may lie, the end excluded, and how many there may be. */
	readonly room?: {readonly start: number; readonly end: number; readonly slots: number};
}

export interface Partition {
	/** From 1; numbers may be missing in between. */
	readonly number: number;
	readonly start: number;
	readonly size: number;
	/** GUID for GPT, hexadecimal byte for MBR. */
	readonly type: string;
	/** Empty for MBR. */
	readonly uuid: string;
	/** Empty when it has none. */
	readonly name: string;
	/** sfdisk's words: `RequiredPartition GUID:63`; left out when there are none. */
	readonly attributes?: string;
}

const sfdiskPartition = v.object({
	node: v.string(),
	start: v.number(),
	size: v.number(),
	type: v.string(),
	uuid: v.optional(v.string(), ''),
	name: v.optional(v.string(), ''),
	attrs: v.optional(v.string()),
});

/** As many as every GPT has unless it says otherwise. */
const usualSlots = 128;

const sfdiskJson = v.object({
	partitiontable: v.object({
		label: v.string(),
		id: v.optional(v.string(), ''),
		sectorsize: v.optional(v.number(), 512),
		unit: v.literal('sectors'),
		firstlba: v.optional(v.number()),
		lastlba: v.optional(v.number()),
		'table-length': v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number))),
		partitions: v.optional(v.array(sfdiskPartition), []),
	}),
});

/**
 * Reads what `sfdisk --json` prints.
 * @throws DamagedInput when it is not that
 */
export function parsePartitionTable(json: string): PartitionTable {
	const {partitiontable: table} = parseSfdiskJson(json);
	const {sectorsize: sectorSize, firstlba: first, lastlba: last} = table;
	const slots = table['table-length'] ?? usualSlots;
	return {
		label: table.label,
		id: table.id.toLowerCase(),
		sectorSize,
		partitions: table.partitions.map((partition) => ({
			number: Number(/\d+$/.exec(partition.node)?.[0]),
			start: partition.start * sectorSize,
			size: partition.size * sectorSize,
			type: partition.type.toLowerCase(),
			uuid: partition.uuid.toLowerCase(),
			name: partition.name,
			...(partition.attrs && {attributes: partition.attrs}),
		})),
		...(first !== undefined &&
			last !== undefined && {
				room: {start: first * sectorSize, end: (last + 1) * sectorSize, slots},
			}),
	};
}

function parseSfdiskJson(json: string): v.InferOutput<typeof sfdiskJson> {
	try {
		return v.parse(sfdiskJson, JSON.parse(json));
	} catch (cause) {
		throw new DamagedInput('sfdisk printed a partition table that cannot be read', {cause});
	}
}

/** Names that need no quoting in a script, fit GPT's 36 UTF-16 units and every tool. */
const plainName = /^[A-Za-z0-9 ._-]{0,36}$/;

/**
 * The script that makes sfdisk write this GPT: every position in sectors and every identifier given,
 * so that sfdisk decides nothing.
 * @throws RangeError when a position is not a multiple of the sector size or a name needs quoting
 * @see sfdisk(8), "Input formats"
 */
export function formatSfdiskScript(table: PartitionTable): string {
	return [
		`label: ${table.label}`,
		`label-id: ${table.id}`,
		'unit: sectors',
		'',
		...table.partitions.map((partition) => formatPartitionLine(partition, table.sectorSize)),
		'',
	].join('\n');
}

/**
 * The line of such a script for one partition.
 * @throws RangeError as {@link formatSfdiskScript}
 */
export function formatPartitionLine(
	{number, start, size, type, uuid, name}: Partition,
	sectorSize: number,
): string {
	const sectors = (bytes: number) => {
		if (bytes % sectorSize === 0) return bytes / sectorSize;
		throw new RangeError(`${bytes} bytes are not whole sectors of ${sectorSize}`);
	};
	if (!plainName.test(name)) throw new RangeError(`partition name "${name}" needs quoting`);
	// sfdisk takes the number from the end of the device name, whatever is in front.
	return `p${number} : start=${sectors(start)}, size=${sectors(size)}, type=${type}, uuid=${uuid}, name="${name}"`;
}

/** Where a table that was made differs from the one wanted: a sentence for each; empty when equal. */
export function compareTables(wanted: PartitionTable, made: PartitionTable): string[] {
	const differences = (['label', 'id', 'sectorSize'] as const).flatMap((key) =>
		difference(key === 'sectorSize' ? 'sector size' : key, wanted[key], made[key]),
	);
	const numbers = new Set([...wanted.partitions, ...made.partitions].map(({number}) => number));
	for (const number of numbers) {
		const want = wanted.partitions.find((partition) => partition.number === number);
		const got = made.partitions.find((partition) => partition.number === number);
		if (got === undefined) differences.push(`partition ${number} is missing`);
		else if (want === undefined) differences.push(`partition ${number} was not asked for`);
		else
			for (const key of ['start', 'size', 'type', 'uuid', 'name', 'attributes'] as const)
				differences.push(
					...difference(`${key} of partition ${number}`, want[key] ?? '', got[key] ?? ''),
				);
	}
	return differences;
}

function difference(what: string, wanted: string | number, made: string | number): string[] {
	return wanted === made ? [] : [`${what} is ${made || 'empty'}, not ${wanted || 'empty'}`];
}

/** Bytes at the end of a disk that hold GPT's copy: 128 entries of 128 bytes, and the header. */
export function backupTableSize(sectorSize: number): number {
	return Math.ceil((128 * 128) / sectorSize) * sectorSize + sectorSize;
}
