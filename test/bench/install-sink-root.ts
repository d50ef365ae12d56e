import type {PlannedPartition} from '../../installer/disk/layout.ts';

const MiB = 1 << 20;

/** Where the sinks' benchmarks put a root. */
export const rootPartition: PlannedPartition = {
	role: 'root',
	number: 2,
	start: MiB,
	size: 1400 * MiB,
	type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
	uuid: '5f1c0b6e-54ac-4f3b-8f5e-3a3a0c2b9d11',
	name: 'slipway-root-incomplete',
	finishedName: 'slipway-root',
	fileSystem: {
		type: 'ext4',
		uuid: '0b8c1a52-7a59-4f0a-9a6e-2d6a7a0c6a34',
		label: 'slipway-root',
	},
};
