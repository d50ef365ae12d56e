import type {BlockDevice} from '../../../installer/disk/block-devices.ts';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import type {BootVolume} from '../../../installer/mounted/boot-target.ts';
import type {RootTarget} from '../../../installer/mounted/root-target.ts';

export const rootUuid = '6d1a0000-0000-0000-0000-000000000022';
export const espUuid = '11111111-2222-3333-4444-555555555555';

export function blockDevice(name: string, disk?: string): BlockDevice {
	return {
		name,
		number: '254:2',
		disk,
		partitions: [],
		holders: [],
		slaves: [],
		isReadOnly: false,
		diskSequence: undefined,
		mapperName: undefined,
		backingFile: undefined,
	};
}

/** An empty ext4 with fs-verity, mounted at /target. */
export function rootTarget(changes: Partial<RootTarget> = {}): RootTarget {
	return {
		path: '/target',
		realPath: '/target',
		mount: {
			device: '254:2',
			root: '/',
			path: '/target',
			type: 'ext4',
			source: '/dev/vda2',
			options: ['rw'],
		},
		isReadOnly: false,
		device: blockDevice('vda2', 'vda'),
		volumes: [],
		uuid: rootUuid,
		size: 8 * GiB,
		freeBytes: 8 * GiB,
		freeInodes: 500_000,
		withoutVerity: undefined,
		names: {foreign: [], own: [], leftover: [], isUnfinished: false},
		mounts: [],
		...changes,
	};
}

/** An EFI system partition of 512 MiB. */
export function espVolume(changes: Partial<BootVolume> = {}): BootVolume {
	return {
		device: blockDevice('vda1', 'vda'),
		signature: {type: 'vfat', label: undefined, uuid: '1234-ABCD'},
		place: '/boot/efi',
		partition: {
			number: 1,
			start: MiB,
			size: 512 * MiB,
			type: partitionTypes.esp,
			uuid: espUuid,
			name: '',
		},
		sectorSize: 512,
		isFound: true,
		...changes,
	};
}
