/**
 * A soft reboot that is prepared is a file in /run: the command line of the deployment that it leads to. When
 * everything has stopped, `slipway-root soft-reboot` mounts that deployment by it. So nothing is held until
 * then, what services change in /etc to the end comes along, and a whole reboot knows nothing of it.
 */
import {access, rm} from 'node:fs/promises';
import path from 'node:path';
import {parseCommandLine} from '../boot/command-line.ts';
import {replaceFile} from '../system/durable-file.ts';
import {readText} from '../system/read-text.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {startOf} from './soft-reboot.ts';
import {nextToBoot} from './states.ts';

/** Read by slipway-root; a unit waits for it. */
export const softRebootFile = '/run/slipway/soft-reboot';

/** Told to slipway-root: boots of the deployment are counted, so it is to be found good or left. */
export const trialMark = 'slipway.trial';

/** What soft reboots need: systemd knows them since 254, and the image mounts the next root. */
const neededFiles = [
	'/usr/lib/systemd/system/systemd-soft-reboot.service',
	'/usr/lib/systemd/system/slipway-soft-reboot.service',
];

/** Whether the running system is made for soft reboots. @param root what stands before all paths */
export async function knowsSoftReboot(root = '/'): Promise<boolean> {
	for (const file of neededFiles) if (!(await isThere(path.join(root, file)))) return false;
	return true;
}

/** The next soft reboot leads there. @throws when its entry starts nothing that is known; decide first */
export async function writeSoftReboot(
	set: DeploymentSet,
	id: DeploymentId,
	root = '/',
): Promise<void> {
	await replaceFile(path.join(root, softRebootFile), formatSoftReboot(set, id), {mode: 0o644});
}

/** Where a soft reboot leads; undefined when none is prepared. */
export async function readPreparedSoftReboot(root = '/'): Promise<DeploymentId | undefined> {
	const text = await readText(path.join(root, softRebootFile));
	return parseCommandLine(text ?? '')?.deploymentId;
}

/** Takes it back unless a whole reboot would lead to the same deployment. */
export async function dropStaleSoftReboot(set: DeploymentSet, root = '/'): Promise<void> {
	const prepared = await readPreparedSoftReboot(root);
	const isCurrent = prepared !== set.bootedId && prepared === nextToBoot(set)?.id;
	if (!isCurrent) await removeSoftReboot(root);
}

export async function removeSoftReboot(root = '/'): Promise<void> {
	await rm(path.join(root, softRebootFile), {force: true});
}

function formatSoftReboot(set: DeploymentSet, id: DeploymentId): string {
	const commandLine = startOf(set, id)?.commandLine;
	if (commandLine === undefined) throw new TypeError(`nothing is known of the entry of ${id}`);
	const isTrial = set.entries?.some((one) => one.deploymentId === id && one.tries !== undefined);
	return `${commandLine}${isTrial ? ` ${trialMark}` : ''}\n`;
}

async function isThere(file: string): Promise<boolean> {
	try {
		await access(file);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
		throw error;
	}
}
