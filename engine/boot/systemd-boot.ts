import type {BootLoader} from './boot-loader.ts';
import {type BootOperation, type BootPartition, runBootOperations} from './boot-partition.ts';
import {type BootContents, listEntries, readBootContents} from './systemd-boot-contents.ts';
import {planBless, planRemove, planSetDefault, planSweep, planWrite} from './systemd-boot-plan.ts';

/** systemd-boot with Type #1 entries on `partition`: the ESP, or XBOOTLDR beside it. */
export function systemdBoot(partition: BootPartition): BootLoader {
	const change = async (plan: (contents: BootContents) => BootOperation[]): Promise<void> =>
		runBootOperations(partition, plan(await readBootContents(partition)));
	return {
		list: async () => listEntries(await readBootContents(partition)),
		write: (entry) => change((contents) => planWrite(contents, entry)),
		remove: (deploymentIds) => change((contents) => planRemove(contents, deploymentIds)),
		setDefault: (deploymentId) => change((contents) => planSetDefault(contents, deploymentId)),
		bless: (deploymentId) => change((contents) => planBless(contents, deploymentId)),
		sweep: () => change((contents) => planSweep(contents)),
	};
}
