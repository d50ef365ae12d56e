import type {System} from '../system/system.ts';
import {keepBootCopies} from './boot-copies.ts';
import type {BootLoader} from './boot-loader.ts';
import type {MountedBoot} from './copy-boot-partition.ts';
import {grub, hasGrub} from './grub/grub.ts';
import {mountedPartition} from './mounted-partition.ts';
import {systemdBoot} from './systemd-boot.ts';

/**
 * The boot loader of the running machine. systemd knows which partition it is on, ESP or XBOOTLDR, and
 * mounts it when it is asked for.
 * @throws CommandFailed when there is none, or not for this user
 */
export async function runningBootLoader(system: BootSystem): Promise<BootLoader> {
	const boot = await runningBoot(system);
	const loader = (await hasGrub(boot.partition)) ? grub : systemdBoot;
	return inStep(loader(boot.partition), () => keepBootCopies(system, boot));
}

type BootSystem = Pick<System, 'run' | 'mount' | 'unmount' | 'syncFileSystem'>;

async function runningBoot(system: BootSystem): Promise<MountedBoot> {
	const mountPoint = await runningBootPath(system);
	return {partition: mountedPartition(system, mountPoint), mountPoint};
}

/** Mount point of the partition that has the entries. @throws CommandFailed as above */
export async function runningBootPath(system: Pick<System, 'run'>): Promise<string> {
	const {stdout} = await system.run('bootctl', ['--print-boot-path']);
	return stdout.trimEnd();
}

/**
 * Brings the copies of the running machine's boot partition in step, after the boot loader changed it. What
 * fails is told when the boot loader is updated, at each boot.
 */
export async function keepRunningCopies(system: BootSystem): Promise<void> {
	await keepBootCopies(system, await runningBoot(system));
}

/** The same boot loader; after each change it does the rest too, as far as that can be done. */
function inStep(loader: BootLoader, follow: () => Promise<unknown>): BootLoader {
	const followed =
		<Args extends readonly unknown[]>(act: (...args: Args) => Promise<void>) =>
		async (...args: Args): Promise<void> => {
			await act(...args);
			await follow();
		};
	return {
		list: loader.list,
		write: followed(loader.write),
		remove: followed(loader.remove),
		setDefault: followed(loader.setDefault),
		bless: followed(loader.bless),
		countAttempt: followed(loader.countAttempt),
		sweep: followed(loader.sweep),
		...(loader.settle && {settle: loader.settle}),
	};
}

/**
 * Mount point of the running machine's ESP, which has the programs of the boot loader wherever its
 * entries are.
 * @throws CommandFailed when there is none, or not for this user
 */
export async function runningEsp(system: Pick<System, 'run'>): Promise<string> {
	const {stdout} = await system.run('bootctl', ['--print-esp-path']);
	return stdout.trimEnd();
}
