import type {FoundBootPartition} from '../../../../installer/disk/beside/found-boot.ts';
import type {BesideRequest} from '../../../../installer/disk/beside/plan-beside.ts';
import type {ShareRequest} from '../../../../installer/disk/beside/room.ts';
import type {FoundPartition} from '../../../../installer/disk/content.ts';
import {partitionTypes} from '../../../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../../../installer/disk/size.ts';
import {emptyContent, foundDisk} from '../found-disk.ts';

/** A partition as it was found; positions in MiB. */
export function found(
	number: number,
	startMiB: number,
	sizeMiB: number,
	changes: Partial<FoundPartition> = {},
): FoundPartition {
	return {
		number,
		start: startMiB * MiB,
		size: sizeMiB * MiB,
		type: partitionTypes.microsoftData,
		uuid: `${number}0000000-0000-4000-8000-000000000000`,
		name: '',
		signature: {type: 'ntfs', label: `data${number}`, uuid: `FS-${number}`},
		...changes,
	};
}

/** What Windows makes, on the first 20 GiB of a disk. */
export const windows: readonly FoundPartition[] = [
	found(1, 1, 100, {
		type: partitionTypes.esp,
		name: 'EFI system partition',
		signature: {type: 'vfat', label: undefined, uuid: 'AAAA-0001'},
		attributes: 'GUID:63',
	}),
	found(2, 101, 16, {type: partitionTypes.microsoftReserved, signature: undefined}),
	found(3, 117, 19_883, {name: 'Basic data partition'}),
	found(4, 20_000, 480, {type: partitionTypes.windowsRecovery, attributes: 'RequiredPartition'}),
];

export function readableBoot(
	number: number,
	freeBytes: number,
	changes: Partial<Extract<FoundBootPartition['state'], {kind: 'readable'}>> = {},
	kind: FoundBootPartition['kind'] = 'esp',
): FoundBootPartition {
	return {
		number,
		kind,
		state: {
			kind: 'readable',
			freeBytes,
			entries: [],
			loaderFiles: [],
			vendors: ['Microsoft'],
			...changes,
		},
	};
}

export const freeSpace: ShareRequest = {
	layout: 'free-space',
	replace: [],
	keep: [],
	mayReplace: true,
};

/** A request for free space on a disk of 64 GiB with these partitions, whose first is the ESP. */
export function besideRequest(
	partitions: readonly FoundPartition[],
	changes: Partial<BesideRequest> = {},
	diskSize = 64 * GiB,
): BesideRequest {
	const table = {
		label: 'gpt',
		id: 'd15c0000-0000-4000-8000-000000000000',
		sectorSize: 512,
		partitions: partitions.map(({signature, ...partition}) => partition),
		room: {start: MiB, end: diskSize - 33 * 512, slots: 128},
	};
	return {
		disk: foundDisk({size: diskSize, content: {...emptyContent, table, partitions}}),
		bootPartitions: [readableBoot(1, 60 * MiB)],
		share: freeSpace,
		sizes: {
			rootBytes: 400 * MiB,
			rootInodes: 13_000,
			bootBytes: 45 * MiB,
			loaderBytes: MiB,
			varBytes: 20 * MiB,
		},
		settings: {rootFileSystem: 'ext4', espSize: undefined},
		architecture: 'x86-64',
		seed: 'fixed',
		...changes,
	};
}
