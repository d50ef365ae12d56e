import type {System} from '../system/system.ts';
import type {BootLoader} from './boot-loader.ts';
import {mountedPartition} from './mounted-partition.ts';
import {systemdBoot} from './systemd-boot.ts';

/**
 * The boot loader of the running machine. systemd knows which partition it is on, ESP or XBOOTLDR, and
 * mounts it when it is asked for.
 * @throws CommandFailed when there is none, or not for this user
 */
export async function runningBootLoader(
	system: Pick<System, 'run' | 'syncFileSystem'>,
): Promise<BootLoader> {
	return systemdBoot(mountedPartition(system, await runningBootPath(system)));
}

/** Mount point of the partition that has the entries. @throws CommandFailed as above */
export async function runningBootPath(system: Pick<System, 'run'>): Promise<string> {
	const {stdout} = await system.run('bootctl', ['--print-boot-path']);
	return stdout.trimEnd();
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
