import {Refused} from '../../engine/errors.ts';
import type {ExtraPartition} from '../answers/answers.ts';
import type {ContentSizes} from './content-sizes.ts';
import {seededUuid, seededVolumeId} from './identifiers.ts';
import type {PlannedFileSystem, PlannedPartition} from './layout.ts';
import type {LayoutSettings, RootFileSystem} from './layout-settings.ts';
import {minimumRootSize} from './minimum-sizes.ts';
import {furtherName, partitionNames, unfinishedName} from './partition-names.ts';
import {type Architecture, partitionTypes, rootPartitionType} from './partition-types.ts';
import type {Appetite} from './share-room.ts';
import {alignDown, alignUp, formatSize, MiB} from './size.ts';
import {noWishes, type StorageWishes} from './storage-wishes.ts';

/** A partition that is to be made, before it is known where and how large. */
export type WantedPartition = Appetite & Omit<PlannedPartition, 'number' | 'start' | 'size'>;

export interface WantedRequest {
	readonly sizes: ContentSizes;
	readonly settings: LayoutSettings;
	readonly wishes?: StorageWishes;
	readonly architecture: Architecture;
	/** Bytes of the root's partition that its file system does not get. */
	readonly rootOverhead?: number;
	readonly seed: string;
}

/** What mkfs makes at all, and is of any use. */
const smallestFileSystem: Readonly<Record<RootFileSystem, number>> = {
	ext4: 32 * MiB,
	btrfs: 128 * MiB,
	xfs: 320 * MiB,
};
const longestLabel: Readonly<Record<RootFileSystem, number>> = {ext4: 16, btrfs: 255, xfs: 12};

/** Beside a partition that takes the rest, the root takes no more of the room than this part. */
const rootShare = 1 / 4;

/** All partitions to make but those of the boot loader, in their order on the disk. */
export function wantedPartitions(request: WantedRequest, room: number): WantedPartition[] {
	const {swapSize, further, rootIsLast} = request.wishes ?? noWishes;
	const root = wantedRoot(request, room);
	const others = [
		...(swapSize === undefined ? [] : [wantedSwap(request, swapSize)]),
		...further.filter(isNew).map((partition) => wantedFurther(request, partition)),
	];
	return rootIsLast ? [...others, root] : [root, ...others];
}

/** A new EFI system partition of a certain size. */
export function wantedEsp(seed: string, size: number): WantedPartition {
	return {
		role: 'esp',
		least: size,
		most: size,
		type: partitionTypes.esp,
		uuid: seededUuid(seed, 'esp partition'),
		name: unfinishedName(partitionNames.esp),
		finishedName: partitionNames.esp,
		fileSystem: {type: 'vfat', uuid: seededVolumeId(seed, 'esp'), label: 'SLIPWAY-ESP'},
	};
}

/** A partition for kernels and loader entries, beside an ESP that is too small for them. */
export function wantedXbootldr(seed: string, size: number): WantedPartition {
	const finishedName = furtherName('xbootldr');
	return {
		role: 'xbootldr',
		least: size,
		most: size,
		type: partitionTypes.xbootldr,
		uuid: seededUuid(seed, 'xbootldr partition'),
		name: unfinishedName(finishedName),
		finishedName,
		fileSystem: {type: 'vfat', uuid: seededVolumeId(seed, 'xbootldr'), label: 'SLIPWAYBOOT'},
	};
}

/** Bytes that they need at least. */
export function neededBytes(request: Omit<WantedRequest, 'architecture' | 'seed'>): number {
	const {swapSize = 0, further} = request.wishes ?? noWishes;
	const sizes = further.filter(isNew).map((one) => appetiteOf(one, request).least);
	return [leastRoot(request), alignUp(swapSize, MiB), ...sizes].reduce((sum, size) => sum + size);
}

/** Sizes and labels that cannot be, whatever the disk. */
export function wishProblems(request: Omit<WantedRequest, 'architecture' | 'seed'>): Refused[] {
	const {root, swapSize, further} = request.wishes ?? noWishes;
	const needed = smallestRoot(request);
	const rootSize = root.size ?? root.most;
	const places = further.map(({mountPoint}) => mountPoint);
	const twice = places.filter((place, index) => places.indexOf(place) !== index);
	return [
		...(rootSize === undefined || rootSize >= needed
			? []
			: [tooSmall('the root', rootSize, needed)]),
		...(swapSize === undefined || swapSize >= MiB ? [] : [tooSmall('swap', swapSize, MiB)]),
		...twice.map(
			(place) =>
				new Refused('mount-point-twice', `two partitions are to be mounted on ${place}`, {
					hint: 'Leave one out.',
				}),
		),
		...further.flatMap((partition) => furtherProblems(partition, request)),
	];
}

function tooSmall(what: string, set: number, needed: number): Refused {
	return new Refused(
		'partition-too-small',
		`${formatSize(set)} was set for ${what}, and at least ${formatSize(needed)} is needed`,
		{hint: 'Make it larger, or leave its size out.'},
	);
}

export function fileSystemOf(
	{fileSystem}: Pick<ExtraPartition, 'fileSystem'>,
	{settings}: Pick<WantedRequest, 'settings'>,
): RootFileSystem {
	return fileSystem ?? settings.rootFileSystem;
}

/** The new file system of a further partition. */
export function furtherFileSystem(
	partition: ExtraPartition,
	request: Pick<WantedRequest, 'settings' | 'seed'>,
): PlannedFileSystem {
	const {mountPoint, label, mkfsOptions} = partition;
	const type = fileSystemOf(partition, request);
	return {
		type,
		uuid: furtherUuid(request.seed, mountPoint),
		label: label ?? (mountPoint.split('/').at(-1) ?? '').slice(0, longestLabel.xfs),
		...(mkfsOptions !== undefined && {mkfsOptions}),
	};
}

/** UUID that the file system for a mount point gets. */
export function furtherUuid(seed: string, mountPoint: string): string {
	return seededUuid(seed, `file system of ${mountPoint}`);
}

/** UUID that the swap space gets. */
export function swapUuid(seed: string): string {
	return seededUuid(seed, 'swap space');
}

function isNew({existing}: ExtraPartition): boolean {
	return existing === undefined;
}

function wantedRoot(request: WantedRequest, room: number): WantedPartition {
	const {seed, settings, architecture} = request;
	const {root, further} = request.wishes ?? noWishes;
	const least = leastRoot(request);
	const isBesideRest = further.some((one) => isNew(one) && one.size === undefined);
	const usual = isBesideRest ? alignDown(room * rootShare, MiB) : Number.POSITIVE_INFINITY;
	return {
		role: 'root',
		least,
		most: Math.max(least, alignDown(root.size ?? root.most ?? usual, MiB)),
		type: rootPartitionType(architecture),
		uuid: seededUuid(seed, 'root partition'),
		name: partitionNames.unfinishedRoot,
		finishedName: partitionNames.root,
		fileSystem: {
			type: settings.rootFileSystem,
			uuid: seededUuid(seed, 'root file system'),
			label: 'slipway-root',
		},
	};
}

type RootSizing = Pick<WantedRequest, 'sizes' | 'wishes' | 'rootOverhead'>;

function leastRoot(request: RootSizing): number {
	const {size, least = 0} = (request.wishes ?? noWishes).root;
	return alignUp(Math.max(smallestRoot(request), size ?? least), MiB);
}

/** Bytes of the partition, whatever is wished. */
function smallestRoot({sizes, rootOverhead = 0}: RootSizing): number {
	return minimumRootSize(sizes) + rootOverhead;
}

function wantedSwap({seed}: WantedRequest, swapSize: number): WantedPartition {
	const size = alignUp(swapSize, MiB);
	const finishedName = furtherName('swap');
	return {
		role: 'swap',
		least: size,
		most: size,
		type: partitionTypes.swap,
		uuid: seededUuid(seed, 'swap partition'),
		name: unfinishedName(finishedName),
		finishedName,
		fileSystem: {type: 'swap', uuid: swapUuid(seed), label: 'slipway-swap'},
	};
}

function wantedFurther(request: WantedRequest, partition: ExtraPartition): WantedPartition {
	const {mountPoint, options} = partition;
	const finishedName = furtherName(mountPoint);
	return {
		role: 'var',
		...appetiteOf(partition, request),
		// systemd would mount what has the types of /home and /srv there, and those are links into /var.
		type: mountPoint === '/var' ? partitionTypes.var : partitionTypes.linux,
		uuid: seededUuid(request.seed, `partition of ${mountPoint}`),
		name: unfinishedName(finishedName),
		finishedName,
		fileSystem: furtherFileSystem(partition, request),
		mountPoint,
		...(options.length > 0 && {mountOptions: options}),
	};
}

function appetiteOf(
	partition: ExtraPartition,
	request: Pick<WantedRequest, 'sizes' | 'settings'>,
): Appetite {
	const {size, minimumSize, maximumSize} = partition;
	const smallest = smallestSize(partition, request);
	if (size !== undefined) {
		const whole = alignUp(Math.max(size, smallest), MiB);
		return {least: whole, most: whole};
	}
	const least = alignUp(Math.max(minimumSize ?? 0, smallest), MiB);
	const most = maximumSize === undefined ? Number.POSITIVE_INFINITY : alignDown(maximumSize, MiB);
	return {least, most: Math.max(least, most)};
}

/** What the image has for it is copied there when the machine starts for the first time. */
function smallestSize(
	partition: ExtraPartition,
	request: Pick<WantedRequest, 'sizes' | 'settings'>,
): number {
	const content = partition.mountPoint === '/var' ? request.sizes.varBytes * 1.1 : 0;
	return smallestFileSystem[fileSystemOf(partition, request)] + content;
}

function furtherProblems(
	partition: ExtraPartition,
	request: Pick<WantedRequest, 'sizes' | 'settings'>,
): Refused[] {
	const {mountPoint, label = '', encrypted} = partition;
	const problems: Refused[] = [];
	const size = partition.size ?? partition.maximumSize;
	const smallest = smallestSize(partition, request);
	if (isNew(partition) && size !== undefined && size < smallest)
		problems.push(tooSmall(mountPoint, size, smallest));
	const type = fileSystemOf(partition, request);
	if (label.length > longestLabel[type])
		problems.push(
			new Refused('label-too-long', `"${label}" is too long for a label of ${type}`, {
				hint: `Give one of ${longestLabel[type]} characters at most.`,
			}),
		);
	if (encrypted)
		problems.push(
			new Refused('cannot-yet', `the partition of ${mountPoint} cannot be encrypted yet`, {
				hint: 'Leave out encrypted, and do it on the installed machine.',
			}),
		);
	return problems;
}
