/**
 * Decides how a disk is shared with what is on it: which partitions go, where new ones are made, which
 * ESP is used. The table of everybody else stays as it is.
 */
import {Refused} from '../../../engine/errors.ts';
import {bootPartitionSize} from '../boot-size.ts';
import {describeContent, describePartition, type FoundPartition} from '../content.ts';
import type {FoundDisk} from '../inventory.ts';
import type {
	DiskLayout,
	KeptPartition,
	KeptUse,
	LayoutRequest,
	PlannedPartition,
} from '../layout.ts';
import {minimumEspSize} from '../minimum-sizes.ts';
import {partitionNames} from '../partition-names.ts';
import type {PartitionTable} from '../partition-table.ts';
import {placeInRoom, type Region} from '../place-partitions.ts';
import {alignment, alignUp, formatSize} from '../size.ts';
import {noWishes} from '../storage-wishes.ts';
import {
	furtherFileSystem,
	neededBytes,
	type WantedPartition,
	wantedEsp,
	wantedPartitions,
	wantedXbootldr,
} from '../wanted-partitions.ts';
import {type BootPlace, chooseBootPlace} from './boot-place.ts';
import {entriesOf, type FoundBootPartition} from './found-boot.ts';
import {freeNumbers} from './free-space.ts';
import {leftovers} from './leftovers.ts';
import {oldEntries} from './old-entries.ts';
import {describeRegion, findRoom, type Room, type ShareRequest} from './room.ts';
import {findUsedPartitions, type UsedPartition} from './used-partitions.ts';

export interface BesideRequest extends Omit<LayoutRequest, 'diskSize' | 'sectorSize'> {
	readonly disk: Pick<FoundDisk, 'path' | 'realPath' | 'size' | 'sectorSize' | 'content'>;
	readonly bootPartitions: readonly FoundBootPartition[];
	readonly share: ShareRequest;
}

export type BesidePlan =
	| {readonly kind: 'planned'; readonly layout: DiskLayout}
	| {readonly kind: 'refused'; readonly problems: readonly Refused[]};

/** Partitions to add to the table of a disk that was looked at, or all that speaks against it. */
export function planBeside(request: BesideRequest): BesidePlan {
	const {disk, share, wishes = noWishes} = request;
	const {content} = disk;
	const table = content.table?.label === 'gpt' ? content.table : undefined;
	if (table === undefined || content.signatures.length > 0)
		return {kind: 'refused', problems: [noTable(disk)]};
	const place = {disks: [disk.path, disk.realPath], partitions: content.partitions};
	const entries = entriesOf(request.bootPartitions);
	const left = leftovers(content.partitions, entries);
	const room = findRoom(share, table, disk.size, place, left);
	const removed = new Set(room.removed.map(({number}) => number));
	const taken = {removed, kept: room.kept};
	const {used, problems} = findUsedPartitions(wishes.further, place, taken, share.mayReplace);
	const found = request.bootPartitions.filter(({number}) => !removed.has(number));
	const boot = chooseBootPlace(found, request.sizes, room.kept);
	const old = oldEntries(entries, content.partitions, room.removed, left.length > 0);
	const all = [
		...room.problems,
		...problems,
		...old.problems,
		...hibernated(content.partitions, removed),
		...(boot instanceof Refused ? [boot] : []),
	];
	if (boot instanceof Refused || all.length > 0) return {kind: 'refused', problems: all};
	const partitions = placeAll(request, room, boot, table);
	if (partitions instanceof Refused) return {kind: 'refused', problems: [partitions]};
	return {
		kind: 'planned',
		layout: {
			label: 'gpt',
			id: table.id,
			sectorSize: table.sectorSize,
			partitions,
			beside: {
				kept: content.partitions
					.filter(({number}) => !removed.has(number))
					.map((partition) => keptPartition(partition, boot, used, request)),
				removed: room.removed.map(described),
				deadEntries: old.dead.map(({partition, path}) => ({partition, path})),
			},
		},
	};
}

function placeAll(
	request: BesideRequest,
	{region, removed, elsewhere}: Room,
	boot: BootPlace,
	table: PartitionTable,
): readonly PlannedPartition[] | Refused {
	const {disk} = request;
	const others = neededBytes(request);
	const needed = others + leastBoot(request, boot);
	const size = region === undefined ? 0 : region.end - region.start;
	if (region === undefined || size < needed)
		return noRoom(disk.path, needed, region === undefined ? elsewhere : [region, ...elsewhere]);
	const wanted = wantedIn(request, boot, size, others);
	if (wanted instanceof Refused) return wanted;
	const gone = new Set(removed.map(({number}) => number));
	const staying = table.partitions.filter(({number}) => !gone.has(number));
	const numbers = numbersFor(wanted, freeNumbers(table, staying), removed);
	if (numbers.length < wanted.length) return tooMany(disk.path, wanted.length, numbers.length);
	return placeInRoom(wanted, region, numbers) ?? noRoom(disk.path, needed, [region, ...elsewhere]);
}

function wantedIn(
	request: BesideRequest,
	boot: BootPlace,
	room: number,
	others: number,
): readonly WantedPartition[] | Refused {
	if (boot.kind !== 'new-esp' && boot.kind !== 'new-xbootldr')
		return wantedPartitions(request, room);
	const {seed, sizes, settings, disk} = request;
	const sizing = {sizes, settings, sectorSize: disk.sectorSize};
	const size = bootPartitionSize(sizing, room, room - others - leastBoot(request, boot));
	const own = boot.kind === 'new-esp' ? wantedEsp(seed, size) : wantedXbootldr(seed, size);
	return [own, ...wantedPartitions(request, room - size)];
}

/** Bytes of the boot partition that is made, if one is. */
function leastBoot({settings, sizes, disk}: BesideRequest, {kind}: BootPlace): number {
	if (kind !== 'new-esp' && kind !== 'new-xbootldr') return 0;
	return alignUp(settings.espSize ?? minimumEspSize(sizes, disk.sectorSize), alignment);
}

/**
 * The root takes an entry of those that go, that of an unfinished root if there is one: so the table names
 * an unfinished installation from the first change on.
 */
function numbersFor(
	wanted: readonly WantedPartition[],
	free: readonly number[],
	removed: readonly FoundPartition[],
): readonly number[] {
	const entry = removed.find(({name}) => name === partitionNames.unfinishedRoot) ?? removed[0];
	if (entry === undefined) return free;
	const rest = free.filter((number) => number !== entry.number);
	const root = wanted.findIndex(({role}) => role === 'root');
	return [...rest.slice(0, root), entry.number, ...rest.slice(root)];
}

function keptPartition(
	partition: FoundPartition,
	boot: BootPlace,
	used: readonly UsedPartition[],
	request: BesideRequest,
): KeptPartition {
	const use = useOf(partition, boot, used, request);
	return {...described(partition), ...(use !== undefined && {use})};
}

function useOf(
	{number, signature}: FoundPartition,
	boot: BootPlace,
	used: readonly UsedPartition[],
	request: BesideRequest,
): KeptUse | undefined {
	if (boot.kind !== 'new-esp' && boot.esp === number) return {kind: 'esp'};
	if (boot.kind === 'xbootldr' && boot.xbootldr === number) return {kind: 'xbootldr'};
	const wish = used.find(({partition}) => partition.number === number)?.wish;
	if (wish === undefined) return undefined;
	const {mountPoint, existing, options} = wish;
	const fileSystem = existing.format ? furtherFileSystem(wish, request) : undefined;
	const uuid = fileSystem?.uuid ?? signature?.uuid ?? '';
	return {kind: 'mount', mountPoint, uuid, options, fileSystem};
}

function described({signature, ...partition}: FoundPartition): KeptPartition {
	return {...partition, content: describePartition({...partition, signature})};
}

/** A system that wakes up goes on with what it knew of its file systems, such as an ESP that it had mounted. */
function hibernated(
	partitions: readonly FoundPartition[],
	removed: ReadonlySet<number>,
): Refused[] {
	return partitions
		.filter(({number, signature}) => signature?.type === 'swsuspend' && !removed.has(number))
		.map(
			(partition) =>
				new Refused(
					'hibernated',
					`partition ${partition.number} (${describePartition(partition)}) holds a system that was hibernated and would write over what is changed meanwhile`,
					{hint: 'Start that system and shut it down, then install.'},
				),
		);
}

function noTable({path, content}: BesideRequest['disk']): Refused {
	if (content.table?.label === 'dos')
		return new Refused('mbr', `${path} has an MBR, beside which nothing can be installed`, {
			hint: 'Convert it to GPT with the tools of the system that is on it, or give the whole disk.',
		});
	return new Refused(
		'no-table',
		`${path} has no partition table to add to: ${describeContent(content)}`,
		{hint: 'Give the whole disk, or take another one.'},
	);
}

function noRoom(path: string, needed: number, regions: readonly Region[]): Refused {
	const largestFirst = regions.toSorted((a, b) => b.end - b.start - (a.end - a.start));
	const places = largestFirst.map(describeRegion).join(', ');
	return new Refused(
		'no-room',
		`${formatSize(needed)} (${needed} bytes) in one piece are needed on ${path}, and ${places === '' ? 'nothing is free' : `free are ${places}`}`,
		{
			hint: 'Make a partition smaller with the tools of its own system, or name one that is replaced.',
		},
	);
}

function tooMany(path: string, wanted: number, free: number): Refused {
	return new Refused(
		'too-many-partitions',
		`${wanted} partitions are to be made, and the table of ${path} has room for ${free}`,
		{hint: 'Remove partitions that nobody needs, or take another disk.'},
	);
}
