import {statSync} from 'node:fs';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import type {System} from '../../engine/system/system.ts';
import {type SharedLayout, tableAfter, tableBefore, tableSteps} from './beside/table-steps.ts';
import {keepingBootFlag} from './boot-flag.ts';
import {
	compareTables,
	formatSfdiskScript,
	type PartitionTable,
	parsePartitionTable,
} from './partition-table.ts';

/** A disk to partition: a block device, or a plain file that is to become one. */
export interface DiskTarget {
	readonly path: string;
	/** Of the device; for a plain file, of the disk that it is an image of. */
	readonly sectorSize: number;
}

/**
 * Nothing beyond the bytes on the disk: the kernel is neither asked whether the disk is in use (that
 * was checked, and it would answer for stale partitions) nor told of the new table, so it works
 * without partition nodes and udev. No lock: who installs holds it already, and would wait for itself.
 */
const quietly = ['--quiet', '--no-reread', '--no-tell-kernel', '--lock=no'];
/** Signatures of what lay there before, also where the new partitions begin. */
const wipingOld = ['--wipe', 'always', '--wipe-partitions', 'always'];

const wipingNothing = ['--wipe', 'never', '--wipe-partitions', 'never'];

/** The table on a disk; undefined when there is none that sfdisk knows. */
export async function readPartitionTable(
	system: System,
	disk: DiskTarget,
): Promise<PartitionTable | undefined> {
	try {
		return await withSectors(system, disk, async (path, options) => {
			const {stdout} = await system.run('sfdisk', ['--json', ...options, path]);
			return parsePartitionTable(stdout);
		});
	} catch (error) {
		// The same status 1 as for a disk that cannot be read.
		if (error instanceof CommandFailed && /recognized partition table/.test(error.stderr)) {
			return undefined;
		}
		throw error;
	}
}

/**
 * Replaces the partition table and checks what was made, since sfdisk shrinks a partition that does
 * not fit without a word and with status 0.
 * @throws OperationFailed `partition-table-differs`
 */
export async function writePartitionTable(
	system: System,
	disk: DiskTarget,
	table: PartitionTable,
): Promise<void> {
	await withSectors(system, disk, async (path, options) => {
		await system.run('sfdisk', [...quietly, ...wipingOld, ...options, path], {
			input: formatSfdiskScript(table),
		});
	});
	await checkMade(system, disk, table);
}

/**
 * Changes the entries of some partitions; those of all others stay as they are, which is checked.
 * @throws OperationFailed `partition-table-differs`
 */
export async function changePartitionTable(
	system: System,
	disk: DiskTarget,
	layout: SharedLayout,
): Promise<void> {
	for (const {options: change, operands, input} of tableSteps(layout))
		await changeWith(system, disk, (path) => [...change, path, ...operands], input);
	await checkMade(system, disk, tableAfter(layout));
}

/** @throws Refused `other-table` when the table is not the one that the layout is for */
export async function checkSameTable(
	system: System,
	disk: DiskTarget,
	layout: SharedLayout,
): Promise<void> {
	const differences = await tableDifferences(system, disk, tableBefore(layout));
	if (differences.length === 0) return;
	throw new Refused(
		'other-table',
		`the partitions of ${disk.path} are not any more what they were when this began: ${differences.join('; ')}`,
		{hint: 'Run it again.'},
	);
}

async function checkMade(system: System, disk: DiskTarget, wanted: PartitionTable): Promise<void> {
	const differences = await tableDifferences(system, disk, wanted);
	if (differences.length === 0) return;
	throw new OperationFailed(
		'partition-table-differs',
		`${disk.path} did not get the partition table that was asked for: ${differences.join('; ')}`,
		{hint: 'Check that the disk is healthy and that nothing else writes to it.'},
	);
}

async function tableDifferences(
	system: System,
	disk: DiskTarget,
	wanted: PartitionTable,
): Promise<string[]> {
	const found = await readPartitionTable(system, disk);
	return found === undefined ? ['no table can be read'] : compareTables(wanted, found);
}

/** Gives one partition another name; the rest of the table stays as it is. */
export async function renamePartition(
	system: System,
	disk: DiskTarget,
	number: number,
	name: string,
): Promise<void> {
	await changeWith(system, disk, (path) => ['--part-label', path, String(number), name]);
}

/**
 * Gives one partition the size that it has in `table`; all others stay as they are, which is checked. What is
 * in it stays. On a disk that has become larger, the copy of the table goes to the end.
 * @throws OperationFailed `partition-table-differs`
 */
export async function resizePartition(
	system: System,
	disk: DiskTarget,
	{number, table}: {readonly number: number; readonly table: PartitionTable},
): Promise<void> {
	const {start = 0, size = 0} = table.partitions.find((one) => one.number === number) ?? {};
	const sectors = (bytes: number): number => bytes / table.sectorSize;
	await changeWith(
		system,
		disk,
		(path) => [...wipingNothing, '-N', String(number), path],
		`start=${sectors(start)}, size=${sectors(size)}\n`,
	);
	await checkMade(system, disk, table);
}

/** Has sfdisk change a table that is there. */
async function changeWith(
	system: System,
	disk: DiskTarget,
	words: (path: string) => readonly string[],
	input?: string,
): Promise<void> {
	await keepingBootFlag(disk.path, () =>
		withSectors(system, disk, async (path, options) => {
			const all = [...quietly, ...options, ...words(path)];
			await system.run('sfdisk', all, input === undefined ? {} : {input});
		}),
	);
}

/**
 * sfdisk takes a plain file for a disk of 512-byte sectors; other sizes it can be told from util-linux
 * 2.41 on. Before that a loop device with such sectors stands in, which needs privileges.
 */
async function withSectors<T>(
	system: System,
	{path, sectorSize}: DiskTarget,
	use: (path: string, options: readonly string[]) => Promise<T>,
): Promise<T> {
	if (sectorSize === 512 || statSync(path).isBlockDevice()) return use(path, []);
	try {
		return await use(path, [`--sector-size=${sectorSize}`]);
	} catch (error) {
		if (!(error instanceof CommandFailed && /unrecognized option/.test(error.stderr))) throw error;
	}
	const device = system.attachLoop(path, {sectorSize});
	try {
		return await use(device, []);
	} finally {
		system.detachLoop(device);
	}
}
