import type {BootLoader, NewBootEntry} from './boot-loader.ts';
import {type BootOperation, type BootPartition, runBootOperations} from './boot-partition.ts';
import {bootSpaceNeeded, checkBootSpace} from './boot-space.ts';
import {kernelFolderName} from './kernel.ts';
import {type BootContents, listEntries, readBootContents} from './systemd-boot-contents.ts';
import {
	planBless,
	planCountAttempt,
	planRemove,
	planSetDefault,
	planSweep,
	planWrite,
} from './systemd-boot-plan.ts';

/** systemd-boot with Type #1 entries on `partition`: the ESP, or XBOOTLDR beside it. */
export function systemdBoot(partition: BootPartition): BootLoader {
	const change = async (plan: (contents: BootContents) => BootOperation[]): Promise<void> =>
		runBootOperations(partition, plan(await readBootContents(partition)));
	const write = async (entry: NewBootEntry): Promise<void> => {
		// The new kernel may need the room.
		await change((contents) => planSweep(contents, {using: [kernelFolderName(entry.kernel)]}));
		const free = await partition.freeBytes();
		await change((contents) => {
			checkBootSpace(bootSpaceNeeded(contents, entry.kernel), free);
			return planWrite(contents, entry);
		});
	};
	return {
		list: async () => listEntries(await readBootContents(partition)),
		write,
		remove: (deploymentIds) => change((contents) => planRemove(contents, deploymentIds)),
		setDefault: (deploymentId) => change((contents) => planSetDefault(contents, deploymentId)),
		bless: (deploymentId) => change((contents) => planBless(contents, deploymentId)),
		countAttempt: (deploymentId) => change((contents) => planCountAttempt(contents, deploymentId)),
		sweep: () => change((contents) => planSweep(contents)),
	};
}
