import {createHash} from 'node:crypto';
import type {Partition} from '../disk/partition-table.ts';
import type {DiskManifest} from '../output/manifest/manifest.ts';
import {firstNonZero, type Medium, readAt, type Stretch} from './medium/medium.ts';
import {describePartition, partitionUse} from './other-partitions.ts';
import type {Finding} from './report.ts';
import {filledGaps, mbrSurprises} from './table/gaps.ts';
import type {FoundTable} from './table/read-gpt.ts';

/** Programs for a BIOS are small. */
const maxBootCode = 64 << 20;

/** What is wrong with a partition table, and all that is beside the partitions or in unknown ones. */
export function judgeTable(
	medium: Medium,
	table: FoundTable,
	manifest: DiskManifest | undefined,
): Finding[] {
	const code = bootCode(medium, manifest);
	// Of one that holds what a manifest tells, the rest has to be empty.
	const whole = table.partitions.filter((partition) => !holdsTold(partition, code.stretches));
	const taken = [
		{offset: 0, length: 512},
		...table.ownStretches,
		...whole.map(({start, size}) => ({offset: start, length: size})),
		...code.stretches,
	];
	const isToldInMbr = code.stretches.some(({offset}) => offset < 512);
	return [
		...code.findings,
		...table.faults.map(
			(problem): Finding => ({kind: 'damaged', path: 'partition table', problem}),
		),
		...mbrSurprises(medium)
			.filter((surprise) => !(isToldInMbr && /program/.test(surprise)))
			.map((what): Finding => ({kind: 'extra', path: 'the first sector', problem: `has ${what}`})),
		...filledGaps(medium, taken).map(
			({gap, first}): Finding => ({
				kind: 'extra',
				path: `bytes ${gap.offset} to ${gap.offset + gap.length}`,
				problem: `belong to nothing, and are not empty from byte ${first} on`,
			}),
		),
		...whole
			.filter((partition) => partitionUse(partition) === 'other')
			.map(
				(partition): Finding => ({
					kind: 'extra',
					partition: partition.number,
					path: describePartition(partition),
					problem: 'is none that slipway makes',
				}),
			),
		...(manifest === undefined ? [] : differences(table, manifest)),
	];
}

function holdsTold(partition: Partition, told: readonly Stretch[]): boolean {
	const {start, size} = partition;
	return (
		partitionUse(partition) === 'other' &&
		told.some(({offset, length}) => offset >= start && offset + length <= start + size)
	);
}

/** What a manifest says is outside of file systems, compared. */
function bootCode(
	medium: Medium,
	manifest: DiskManifest | undefined,
): {readonly stretches: readonly Stretch[]; readonly findings: readonly Finding[]} {
	const all = manifest?.bootCode ?? [];
	const findings = all.flatMap(({what, start, size, sha256}): Finding[] => {
		const isThere = size <= maxBootCode && start + size <= medium.size;
		const bytes = isThere ? readAt(medium, {offset: start, length: size}) : Buffer.alloc(0);
		const found = createHash('sha256').update(bytes).digest('hex');
		const problem = 'is not what the manifest says';
		return found === sha256 ? [] : [{kind: 'changed', path: what, problem}];
	});
	return {stretches: all.map(({start, size}) => ({offset: start, length: size})), findings};
}

function differences(table: FoundTable, manifest: DiskManifest): Finding[] {
	const findings: Finding[] = [];
	const changed = (path: string, problem: string, partition?: number) =>
		findings.push({kind: 'changed', path, problem, ...(partition !== undefined && {partition})});
	if (table.id !== manifest.disk.id)
		changed('partition table', `is of the disk ${table.id}, not ${manifest.disk.id}`);
	for (const wanted of manifest.partitions) {
		const found = table.partitions.find(({number}) => number === wanted.number);
		const path = `partition ${wanted.number} (${wanted.name})`;
		if (found === undefined) {
			findings.push({kind: 'missing', path, problem: 'is not there'});
			continue;
		}
		for (const key of ['name', 'type', 'uuid', 'start', 'size'] as const)
			if (found[key] !== wanted[key])
				changed(path, `its ${key} is ${found[key]}, not ${wanted[key]}`, wanted.number);
	}
	const known = new Set(manifest.partitions.map(({number}) => number));
	for (const partition of table.partitions)
		if (!known.has(partition.number) && partitionUse(partition) !== 'other')
			findings.push({
				kind: 'extra',
				partition: partition.number,
				path: describePartition(partition),
				problem: 'is not in the manifest',
			});
	return findings;
}

/** What a partition has behind its file system. */
export function behindFileSystem(
	medium: Medium,
	{number, start, size}: Partition,
	used: number,
): Finding[] {
	const first = firstNonZero(medium, {offset: start + used, length: size - used});
	if (first === undefined) return [];
	const problem = `is not empty from byte ${first} of the disk on`;
	return [{kind: 'extra', partition: number, path: 'what is behind the file system', problem}];
}
