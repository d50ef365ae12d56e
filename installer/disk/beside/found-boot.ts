import type {BootPartition} from '../../../engine/boot/boot-partition.ts';
import {entriesFolder, kernelsFolder} from '../../../engine/boot/systemd-boot-contents.ts';
import {unmountedPartition} from '../../../engine/boot/unmounted-partition.ts';
import {OperationFailed} from '../../../engine/errors.ts';
import type {System} from '../../../engine/system/system.ts';
import type {FoundPartition} from '../content.ts';
import {arrayUuid} from '../identifiers.ts';
import {partitionTypes} from '../partition-types.ts';
import {vendorFolders} from '../vendor-folders.ts';
import {startsElsewhere} from './other-devices.ts';

/** An ESP or XBOOTLDR that is there already. */
export interface FoundBootPartition {
	readonly number: number;
	readonly kind: 'esp' | 'xbootldr';
	readonly state: BootPartitionState;
}

export interface FoundEntry {
	/** From the root of its partition. */
	readonly path: string;
	readonly text: string;
	/** What it starts is not on this disk, but on another device. */
	readonly startsElsewhere?: boolean;
}

export type BootPartitionState =
	| {
			readonly kind: 'readable';
			/** Those too that kernels have which no entry starts. */
			readonly freeBytes: number;
			/** Loader entries of slipway. */
			readonly entries: readonly FoundEntry[];
			/** Paths of files that a boot loader of slipway's kind would have. */
			readonly loaderFiles: readonly string[];
			/** Folders in EFI, one for each system that starts from here: `Microsoft`, `debian`. */
			readonly vendors: readonly string[];
	  }
	| {readonly kind: 'unreadable'; readonly why: string};

/** An entry and the partition that it lies on. */
export interface PlacedEntry extends FoundEntry {
	readonly partition: number;
}

export function entriesOf(found: readonly FoundBootPartition[]): readonly PlacedEntry[] {
	return found.flatMap(({number, state}) =>
		state.kind === 'readable' ? state.entries.map((one) => ({...one, partition: number})) : [],
	);
}

/**
 * Whether an entry starts what is on a partition: it names the file system, or what encrypts or mirrors it, and
 * not only to wake up from there.
 */
export function starts(
	{text}: FoundEntry,
	{uuid, signature}: Pick<FoundPartition, 'uuid' | 'signature'>,
): boolean {
	const {type, uuid: content} = signature ?? {};
	const array = type === 'linux_raid_member' && content !== undefined && arrayUuid(content);
	const started = text.replace(/\bresume=\S+/g, '');
	return [uuid, content, array].some((id) => id && started.includes(id));
}

/** Looks into all boot partitions of a disk, by their offsets. @throws Lacking `missing-program` without mtools */
export async function findBootPartitions(
	system: Pick<System, 'run'>,
	file: string,
	partitions: readonly FoundPartition[],
): Promise<readonly FoundBootPartition[]> {
	const found: FoundBootPartition[] = [];
	for (const partition of partitions) {
		const kind = kindOf(partition);
		if (kind === undefined) continue;
		const state = await readState(system, file, partition);
		const entries: FoundEntry[] = [];
		for (const entry of state.kind === 'readable' ? state.entries : [])
			entries.push(await lookElsewhere(system, file, partitions, entry));
		found.push({
			number: partition.number,
			kind,
			state: state.kind === 'readable' ? {...state, entries} : state,
		});
	}
	return found;
}

async function lookElsewhere(
	system: Pick<System, 'run'>,
	file: string,
	partitions: readonly FoundPartition[],
	entry: FoundEntry,
): Promise<FoundEntry> {
	if (partitions.some((partition) => starts(entry, partition))) return entry;
	return (await startsElsewhere(system, file, entry)) ? {...entry, startsElsewhere: true} : entry;
}

function kindOf({type}: FoundPartition): FoundBootPartition['kind'] | undefined {
	if (type === partitionTypes.esp) return 'esp';
	return type === partitionTypes.xbootldr ? 'xbootldr' : undefined;
}

async function readState(
	system: Pick<System, 'run'>,
	file: string,
	{start, signature}: FoundPartition,
): Promise<BootPartitionState> {
	if (signature?.type !== 'vfat')
		return {kind: 'unreadable', why: `it holds ${signature?.type ?? 'no file system'}, not FAT`};
	try {
		return await readPartition(unmountedPartition(system, {file, offset: start}));
	} catch (error) {
		if (!(error instanceof OperationFailed)) throw error;
		return {kind: 'unreadable', why: error.message};
	}
}

async function readPartition(partition: BootPartition): Promise<BootPartitionState> {
	const entries: FoundEntry[] = [];
	for (const {name, type} of await partition.list(entriesFolder)) {
		const path = `${entriesFolder}/${name}`;
		if (type === 'file' && /^slipway-.*\.conf$/i.test(name))
			entries.push({path, text: await partition.readText(path)});
	}
	const loaderFiles: string[] = [];
	for (const folder of ['EFI/systemd', 'EFI/BOOT', 'loader'])
		for (const {name, type} of await partition.list(folder))
			if (type === 'file') loaderFiles.push(`${folder}/${name}`);
	return {
		kind: 'readable',
		freeBytes: (await partition.freeBytes()) + (await unusedBytes(partition, entries)),
		entries,
		loaderFiles,
		vendors: await vendorFolders(partition),
	};
}

/** What an installation that was killed has left goes when the next one begins. */
async function unusedBytes(
	partition: BootPartition,
	entries: readonly FoundEntry[],
): Promise<number> {
	let bytes = 0;
	for (const {name, type} of await partition.list(kernelsFolder)) {
		const isOurs = type === 'directory' && name.startsWith('slipway-');
		if (!isOurs || entries.some(({text}) => text.includes(name))) continue;
		for (const {size} of await partition.list(`${kernelsFolder}/${name}`)) bytes += size;
	}
	return bytes;
}
