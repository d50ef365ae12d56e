import type {BootLoader} from './boot-loader.ts';
import {type BootPartition, runBootOperations} from './boot-partition.ts';
import {bootLoaderOfEntries} from './entries-boot-loader.ts';
import {readBootContents} from './systemd-boot-contents.ts';

/** systemd-boot with Type #1 entries on `partition`: the ESP, or XBOOTLDR beside it. */
export function systemdBoot(partition: BootPartition): BootLoader {
	return bootLoaderOfEntries(partition, {
		look: () => readBootContents(partition),
		change: async (plan) => runBootOperations(partition, plan(await readBootContents(partition))),
	});
}
