/** The disk of an installation, those that mirror it, and how it is shared with what is on it. */
import {type EngineError, Refused} from '../engine/errors.ts';
import type {System} from '../engine/system/system.ts';
import type {StorageAnswers} from './answers/answers.ts';
import {type FoundBootPartition, findBootPartitions} from './disk/beside/found-boot.ts';
import {planBeside} from './disk/beside/plan-beside.ts';
import {namesNone, type ShareRequest} from './disk/beside/room.ts';
import {describeSelector} from './disk/beside/select-partitions.ts';
import {isEmpty, isUnfinishedInstall} from './disk/content.ts';
import {changedSince} from './disk/fingerprint.ts';
import {biosProblems} from './disk/firmware.ts';
import {type DiskInventory, inspectDisk} from './disk/inventory.ts';
import {type LayoutRequest, minimumDiskSize} from './disk/layout.ts';
import {findRefusals, isFound, mountingCapabilities} from './disk/refusals.ts';
import {wishProblems} from './disk/wanted-partitions.ts';
import {findMirrorProblems} from './mirror/mirror-plan.ts';
import {refusalsOfUnbuilt} from './unbuilt-together.ts';

/** Disks that were looked at. */
export interface InstallTarget {
	readonly disk: DiskInventory;
	/** Those of a mirror beside it, of which all is taken. */
	readonly others: readonly DiskInventory[];
	/** Undefined when all of the disk is taken. */
	readonly sharing: Sharing | undefined;
}

export interface Sharing {
	readonly share: ShareRequest;
	readonly bootPartitions: readonly FoundBootPartition[];
}

export interface TargetOptions {
	readonly path: string;
	/** Of a plain file, where that is not 512. */
	readonly sectorSize?: number | undefined;
	readonly mirror: readonly string[];
	/** Leave to destroy what is there. */
	readonly wipe: boolean;
	readonly storage: StorageAnswers;
	/** Leave to destroy what is in partitions that are named. */
	readonly mayReplace: boolean;
	/** The fingerprint of the disk in the plan that was agreed to; otherwise it may be any. */
	readonly plannedDisk?: string | undefined;
	/** Whether the root is only encrypted by the machine that starts from the disk. */
	readonly isEncryptedLater?: boolean;
}

/**
 * Looks at the disk, and into its boot partitions where they will be shared. One that is empty, or has
 * nothing but the remains of an installation, is taken as a whole whoever asks for free space.
 */
export async function inspectTarget(
	system: System,
	{path, sectorSize, mirror, storage, mayReplace}: TargetOptions,
): Promise<InstallTarget> {
	const inspect = async (one: string) => await inspectDisk(system, one);
	const [found, others] = await Promise.all([inspect(path), Promise.all(mirror.map(inspect))]);
	const disk = isFound(found) && sectorSize !== undefined ? {...found, sectorSize} : found;
	const {layout = storage.replace.length > 0 ? 'partition' : 'disk', replace, keep} = storage;
	if (layout === 'disk' || !isFound(disk)) return {disk, others, sharing: undefined};
	const {content, realPath} = disk;
	const isFree = isEmpty(content) && (layout === 'free-space' || namesNone(replace));
	if (isFree || isUnfinishedInstall(content)) return {disk, others, sharing: undefined};
	const bootPartitions = await findBootPartitions(system, realPath, content.partitions);
	return {disk, others, sharing: {share: {layout, replace, keep, mayReplace}, bootPartitions}};
}

/** What an origin says of it, for people. */
export function placeName({sharing}: Pick<InstallTarget, 'sharing'>): string {
	if (sharing === undefined) return 'whole disk';
	return sharing.share.layout === 'free-space' ? 'free space' : 'replaced partitions';
}

/** What the image needs of a disk; not known as long as it was not read. */
export type NeededRoom = Omit<LayoutRequest, 'diskSize' | 'sectorSize'>;

/** All that speaks against disks. */
export function refusalsOf(
	system: System,
	target: InstallTarget,
	options: TargetOptions,
	needed?: NeededRoom,
): readonly EngineError[] {
	const {disk, others, sharing} = target;
	const {storage, plannedDisk} = options;
	const all = [disk, ...others];
	return [
		...all.flatMap((one) => refusalsOfDisk(system, one, target, options, needed)),
		...(isFound(disk) ? changedSince(disk, plannedDisk) : []),
		...findMirrorProblems(all.filter(isFound)),
		...refusalsOfUnbuilt(storage, others.length > 0),
		...(sharing === undefined ? keptOfWholeDisk(disk.path, storage) : []),
		...(needed === undefined ? [] : [...wishProblems(needed), ...sharingProblems(target, needed)]),
		...(needed === undefined ? [] : firmwareProblems(target, needed)),
	];
}

function firmwareProblems(
	{disk, others, sharing}: InstallTarget,
	{settings, architecture}: NeededRoom,
): readonly EngineError[] {
	const found = [disk, ...others].filter(isFound);
	return biosProblems({
		firmware: settings.firmware,
		architecture,
		sectorSizes: found.map(({sectorSize}) => sectorSize),
		isShared: sharing !== undefined,
	});
}

function refusalsOfDisk(
	system: System,
	disk: DiskInventory,
	{others, sharing}: InstallTarget,
	{wipe, storage, isEncryptedLater = false}: TargetOptions,
	needed: NeededRoom | undefined,
): readonly EngineError[] {
	const isWhole = sharing === undefined && needed !== undefined && isFound(disk);
	// Files of disks can be written without; what encrypts or mirrors them is the kernel.
	const isEncrypted = storage.encryption !== undefined && !isEncryptedLater;
	const isPlainFile = disk.kind === 'file' && !isEncrypted && others.length === 0;
	return findRefusals(disk, {
		wipe: wipe || sharing !== undefined,
		minimumSize: isWhole ? minimumDiskSize({...needed, sectorSize: disk.sectorSize}) : 0,
		capabilities: system.capabilities(),
		neededCapabilities: isPlainFile ? [] : mountingCapabilities,
	});
}

/** Of a disk that is taken as a whole nothing can stay, nor what others are replaced beside. */
function keptOfWholeDisk(path: string, storage: StorageAnswers): EngineError[] {
	const {layout, replace, keep, partitions} = storage;
	const kept = [
		...keep.map(describeSelector),
		...partitions.flatMap(({existing}) => (existing ? describeSelector(existing.partition) : [])),
	];
	const problems: EngineError[] = [];
	if (kept.length > 0)
		problems.push(
			new Refused(
				'keeps-nothing',
				`${path} is taken as a whole, and is to keep ${kept.join('; ')}`,
				{hint: 'Say which partition is replaced, or install in free space.'},
			),
		);
	if (layout === 'disk' && replace.length > 0)
		problems.push(
			new Refused(
				'replaces-all',
				`${path} is taken as a whole, and is to be replaced only in ${replace.map(describeSelector).join('; ')}`,
				{hint: 'Take the layout partition, or leave out what is replaced.'},
			),
		);
	return problems;
}

/** Whether all that an image needs fits there. */
export function isRoomyFor(target: InstallTarget, needed: NeededRoom): boolean {
	const {disk, others, sharing} = target;
	if (sharing !== undefined && isFound(disk)) return sharingProblems(target, needed).length === 0;
	return [disk, ...others].every(
		(one) => isFound(one) && one.size >= minimumDiskSize({...needed, sectorSize: one.sectorSize}),
	);
}

function sharingProblems(
	{disk, sharing}: Pick<InstallTarget, 'disk' | 'sharing'>,
	needed: NeededRoom,
): readonly EngineError[] {
	if (sharing === undefined || !isFound(disk)) return [];
	const planned = planBeside({...needed, ...sharing, disk});
	return planned.kind === 'refused' ? planned.problems : [];
}
