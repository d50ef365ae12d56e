import {statSync} from 'node:fs';
import type {System} from '../../engine/system/system.ts';
import {makeEspFileSystem, makeExt4, makeFileSystem, partitionLoop} from '../disk/file-system.ts';
import {writeSwapSpace} from '../disk/swap-space.ts';
import type {Sink, SinkTarget} from './sink.ts';

/** Makes what is in partitions other than the root. */
export function otherPartitions(system: System, disk: SinkTarget): Pick<Sink, 'makeOther'> {
	return {
		async makeOther(partition) {
			switch (partition.fileSystem.type) {
				case 'vfat':
					await makeEspFileSystem(system, disk, partition);
					return;
				case 'swap':
					await writeSwapSpace(disk.path, partition);
					return;
				case 'ext4': {
					const lazyInit = statSync(disk.path).isBlockDevice();
					await makeExt4(system, disk, partition, {mke2fsConfig: disk.mke2fsConfig, lazyInit});
					return;
				}
				case 'btrfs':
				case 'xfs': {
					const device = system.attachLoop(disk.path, partitionLoop(disk, partition));
					try {
						await makeFileSystem(system, device, partition.fileSystem);
					} finally {
						system.detachLoop(device);
					}
				}
			}
		},
	};
}
