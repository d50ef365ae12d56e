import type {Partition, PartitionTable} from '../../../installer/disk/partition-table.ts';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import type {FoundRoot} from '../../../installer/grow/growth-plan.ts';

export const esp: Partition = {
	number: 1,
	start: MiB,
	size: 255 * MiB,
	type: partitionTypes.esp,
	uuid: '11111111-1111-4111-8111-111111111111',
	name: 'slipway-esp',
};

export const rootEntry: Partition = {
	number: 2,
	start: 256 * MiB,
	size: GiB,
	type: partitionTypes.rootX64,
	uuid: '22222222-2222-4222-8222-222222222222',
	name: 'slipway-root',
	attributes: 'GUID:59',
};

/** Of a disk image of 1281 MiB. */
export const sampleTable: PartitionTable = {
	label: 'gpt',
	id: '33333333-3333-4333-8333-333333333333',
	sectorSize: 512,
	partitions: [esp, rootEntry],
};

/** What is on a disk of {@link sampleTable} that has become larger, or not. */
export function sampleRoot({
	disk = {},
	partition = {},
	mapping,
	fileSystem = {},
}: {
	readonly disk?: Partial<FoundRoot['disk']>;
	readonly partition?: Partial<FoundRoot['partition']>;
	/** Bytes of what an encrypted one is unlocked as. */
	readonly mapping?: number;
	readonly fileSystem?: Partial<FoundRoot['fileSystem']>;
} = {}): FoundRoot {
	return {
		disk: {
			path: '/dev/vda',
			size: 1281 * MiB,
			sectorSize: 512,
			table: sampleTable,
			hasBackup: true,
			...disk,
		},
		partition: {path: '/dev/vda2', number: 2, start: 256 * MiB, size: GiB, ...partition},
		...(mapping !== undefined && {
			mapping: {path: '/dev/dm-0', name: 'slipway-root', size: mapping},
		}),
		fileSystem: {type: 'ext4', size: GiB, ...fileSystem},
		mountPoint: '/sysroot',
	};
}
