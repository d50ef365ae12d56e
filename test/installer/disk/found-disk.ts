import type {DiskContent} from '../../../installer/disk/content.ts';
import {unknownIdentity} from '../../../installer/disk/identity.ts';
import type {FoundDisk} from '../../../installer/disk/inventory.ts';
import {GiB} from '../../../installer/disk/size.ts';

export const emptyContent: DiskContent = {
	table: undefined,
	partitions: [],
	signatures: [],
	unknownData: 'none',
	bootEntry: 'unknown',
};

/** An empty disk of 32 GiB that nothing speaks against, with changes. */
export function foundDisk(changes: Partial<FoundDisk> = {}): FoundDisk {
	return {
		kind: 'block-device',
		path: '/dev/sda',
		realPath: '/dev/sda',
		size: 32 * GiB,
		sectorSize: 512,
		isReadOnly: false,
		partitionOf: undefined,
		identity: unknownIdentity,
		content: emptyContent,
		uses: [],
		backsRunningSystem: false,
		...changes,
	};
}
