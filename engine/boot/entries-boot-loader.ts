import type {BootLoader, NewBootEntry} from './boot-loader.ts';
import type {BootOperation, BootPartition} from './boot-partition.ts';
import {bootSpaceNeeded, checkBootSpace} from './boot-space.ts';
import {kernelFolderName} from './kernel.ts';
import {type BootContents, listEntries} from './systemd-boot-contents.ts';
import {
	planBless,
	planCountAttempt,
	planRemove,
	planSetDefault,
	planSweep,
	planWrite,
} from './systemd-boot-plan.ts';

/** Loader entries as a boot loader goes by them. */
export interface BootEntries {
	/** With the attempts that it has made. */
	look(): Promise<BootContents>;
	/**
	 * Does what is planned from them, and what the boot loader needs besides.
	 * @param options.mayLag where there is no room for the latter, it is left as it is: the entries matter more
	 */
	change(
		plan: (contents: BootContents) => BootOperation[],
		options?: {readonly mayLag?: boolean},
	): Promise<void>;
	settle?: () => Promise<void>;
}

/** A boot loader that goes by Type #1 entries on `partition`. */
export function bootLoaderOfEntries(
	partition: Pick<BootPartition, 'freeBytes'>,
	{look, change, settle}: BootEntries,
): BootLoader {
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
		list: async () => listEntries(await look()),
		write,
		remove: (deploymentIds) => change((contents) => planRemove(contents, deploymentIds)),
		setDefault: (deploymentId) => change((contents) => planSetDefault(contents, deploymentId)),
		bless: (deploymentId) =>
			change((contents) => planBless(contents, deploymentId), {mayLag: true}),
		countAttempt: (deploymentId) =>
			change((contents) => planCountAttempt(contents, deploymentId), {mayLag: true}),
		sweep: () => change((contents) => planSweep(contents)),
		...(settle && {settle}),
	};
}
