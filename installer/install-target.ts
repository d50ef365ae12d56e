/** The disk of an installation, and how it is shared with what is on it. */
import {type EngineError, Refused} from '../engine/errors.ts';
import type {System} from '../engine/system/system.ts';
import type {StorageAnswers} from './answers/answers.ts';
import {type FoundBootPartition, findBootPartitions} from './disk/beside/found-boot.ts';
import {planBeside} from './disk/beside/plan-beside.ts';
import {namesNone, type ShareRequest} from './disk/beside/room.ts';
import {describeSelector} from './disk/beside/select-partitions.ts';
import {isEmpty, isUnfinishedInstall} from './disk/content.ts';
import {type DiskInventory, inspectDisk} from './disk/inventory.ts';
import {type LayoutRequest, minimumDiskSize} from './disk/layout.ts';
import {findRefusals, isFound, mountingCapabilities} from './disk/refusals.ts';
import {wishProblems} from './disk/wanted-partitions.ts';

/** A disk that was looked at. */
export interface InstallTarget {
	readonly disk: DiskInventory;
	/** Undefined when all of it is taken. */
	readonly sharing: Sharing | undefined;
}

export interface Sharing {
	readonly share: ShareRequest;
	readonly bootPartitions: readonly FoundBootPartition[];
}

export interface TargetOptions {
	readonly path: string;
	/** Leave to destroy what is there. */
	readonly wipe: boolean;
	readonly storage: StorageAnswers;
	/** Leave to destroy what is in partitions that are named. */
	readonly mayReplace: boolean;
}

/**
 * Looks at the disk, and into its boot partitions where they will be shared. One that is empty, or has
 * nothing but the remains of an installation, is taken as a whole whoever asks for free space.
 */
export async function inspectTarget(
	system: System,
	{path, storage, mayReplace}: TargetOptions,
): Promise<InstallTarget> {
	const disk = await inspectDisk(system, path);
	const {layout = storage.replace.length > 0 ? 'partition' : 'disk', replace, keep} = storage;
	if (layout === 'disk' || !isFound(disk)) return {disk, sharing: undefined};
	const {content, realPath} = disk;
	const isFree = isEmpty(content) && (layout === 'free-space' || namesNone(replace));
	if (isFree || isUnfinishedInstall(content)) return {disk, sharing: undefined};
	const bootPartitions = await findBootPartitions(system, realPath, content.partitions);
	return {disk, sharing: {share: {layout, replace, keep, mayReplace}, bootPartitions}};
}

/** What an origin says of it, for people. */
export function placeName({sharing}: InstallTarget): string {
	if (sharing === undefined) return 'whole disk';
	return sharing.share.layout === 'free-space' ? 'free space' : 'replaced partitions';
}

/** What the image needs of a disk; not known as long as it was not read. */
export type NeededRoom = Omit<LayoutRequest, 'diskSize' | 'sectorSize'>;

/** All that speaks against a disk. */
export function refusalsOf(
	system: System,
	{disk, sharing}: InstallTarget,
	{wipe, storage}: TargetOptions,
	needed?: NeededRoom,
): readonly EngineError[] {
	const isWhole = sharing === undefined && needed !== undefined && isFound(disk);
	const refusals = findRefusals(disk, {
		wipe: wipe || sharing !== undefined,
		minimumSize: isWhole ? minimumDiskSize({...needed, sectorSize: disk.sectorSize}) : 0,
		capabilities: system.capabilities(),
		neededCapabilities: disk.kind === 'file' ? [] : mountingCapabilities,
	});
	const contradictions = sharing === undefined ? keptOfWholeDisk(disk.path, storage) : [];
	if (needed === undefined) return [...refusals, ...contradictions];
	return [
		...refusals,
		...contradictions,
		...wishProblems(needed),
		...sharingProblems({disk, sharing}, needed),
	];
}

/** Of a disk that is taken as a whole nothing can stay. */
function keptOfWholeDisk(path: string, {keep, partitions}: StorageAnswers): EngineError[] {
	const kept = [
		...keep.map(describeSelector),
		...partitions.flatMap(({existing}) => (existing ? describeSelector(existing.partition) : [])),
	];
	if (kept.length === 0) return [];
	return [
		new Refused('keeps-nothing', `${path} is taken as a whole, and is to keep ${kept.join('; ')}`, {
			hint: 'Say which partition is replaced, or install in free space.',
		}),
	];
}

/** Whether all that an image needs fits there. */
export function isRoomyFor({disk, sharing}: InstallTarget, needed: NeededRoom): boolean {
	if (!isFound(disk)) return false;
	if (sharing !== undefined) return sharingProblems({disk, sharing}, needed).length === 0;
	return disk.size >= minimumDiskSize({...needed, sectorSize: disk.sectorSize});
}

function sharingProblems(
	{disk, sharing}: InstallTarget,
	needed: NeededRoom,
): readonly EngineError[] {
	if (sharing === undefined || !isFound(disk)) return [];
	const planned = planBeside({...needed, ...sharing, disk});
	return planned.kind === 'refused' ? planned.problems : [];
}
