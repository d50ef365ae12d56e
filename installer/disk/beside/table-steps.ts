import type {DiskLayout, PlannedPartition, Surroundings} from '../layout.ts';
import {formatPartitionLine, type Partition, type PartitionTable} from '../partition-table.ts';

/** The layout of a disk that is shared. */
export type SharedLayout = DiskLayout & {readonly beside: Surroundings};

export function isShared(layout: DiskLayout): layout is SharedLayout {
	return layout.beside !== undefined;
}

/** One call of sfdisk that changes entries and leaves all others as they are. */
export interface TableStep {
	/** What comes before the path of the disk, and behind it. */
	readonly options: readonly string[];
	readonly operands: readonly string[];
	readonly input: string;
}

/**
 * Signatures of what lay where partitions are added, before the entry is written; never of what is around
 * them. With -N sfdisk wipes none, whatever it is told.
 */
const wiping = ['--wipe', 'never', '--wipe-partitions', 'always'];
const notWiping = ['--wipe', 'never', '--wipe-partitions', 'never'];

/**
 * Changes the table that was found into the one of a plan. The first step already names an unfinished
 * installation in one of the entries that go; cut anywhere, the next run finds that name.
 */
export function tableSteps({partitions, sectorSize, beside}: SharedLayout): readonly TableStep[] {
	const line = (partition: Partition) => `${formatPartitionLine(partition, sectorSize)}\n`;
	const root = partitions.find(({role}) => role === 'root');
	const entry = beside.removed.find(({number}) => number === root?.number);
	if (entry === undefined || root === undefined) return [append(partitions.map(line))];
	const others = beside.removed.filter((partition) => partition !== entry);
	const replace = (partition: Partition): TableStep => ({
		options: [...notWiping, '-N', String(partition.number)],
		operands: [],
		// A changed entry keeps the attributes that it has unless it gets others.
		input: `${formatPartitionLine(partition, sectorSize)}, attrs=""\n`,
	});
	const rest = partitions.filter((partition) => partition !== root);
	return [
		replace({...root, start: entry.start, size: entry.size}),
		...(others.length === 0 ? [] : [remove(others)]),
		replace(root),
		...(rest.length === 0 ? [] : [append(rest.map(line))]),
	];
}

function append(lines: readonly string[]): TableStep {
	return {options: [...wiping, '--append'], operands: [], input: lines.join('')};
}

function remove(partitions: readonly Partition[]): TableStep {
	return {
		options: [...notWiping, '--delete'],
		operands: partitions.map(({number}) => String(number)),
		input: '',
	};
}

/** The table of a shared disk as it was found, and as it is to be. */
export function tableBefore({id, label, sectorSize, beside}: SharedLayout): PartitionTable {
	return {id, label, sectorSize, partitions: inOrder([...beside.kept, ...beside.removed])};
}

export function tableAfter({
	id,
	label,
	sectorSize,
	beside,
	partitions,
}: SharedLayout): PartitionTable {
	return {id, label, sectorSize, partitions: inOrder<Partition>([...beside.kept, ...partitions])};
}

function inOrder<One extends Partition>(partitions: readonly One[]): One[] {
	return partitions.toSorted((a, b) => a.number - b.number);
}

/** Whether a partition has another name as long as the installation is not finished. */
export function isRenamed({name, finishedName}: PlannedPartition): boolean {
	return name !== finishedName;
}
