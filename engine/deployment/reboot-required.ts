import {rm} from 'node:fs/promises';
import path from 'node:path';
import {replaceFile} from '../system/durable-file.ts';
import {readText} from '../system/read-text.ts';
import type {System} from '../system/system.ts';
import type {DeploymentSet} from './deployment.ts';
import {nextToBoot} from './states.ts';

/** Other programs look for it, on Debian after updates of packages too. */
export const rebootRequiredFile = '/run/reboot-required';
/** Active as long as that file is there because of slipway; units of others hook on it. */
export const rebootRequiredTarget = 'slipway-reboot-required.target';

/** What slipway's file begins with; one that others wrote stays as it is. */
const mark = 'slipway: ';

/**
 * Tells everybody whether a reboot leads to another deployment than the one that runs. That systemd does
 * not follow is no reason to fail: what was changed is changed.
 * @param root what stands before all paths; for tests
 */
export async function announceReboot(
	system: Pick<System, 'run'>,
	set: DeploymentSet,
	root = '/',
): Promise<void> {
	const file = path.join(root, rebootRequiredFile);
	const before = await readText(file);
	const isOurs = before?.startsWith(mark) ?? false;
	const next = nextToBoot(set);
	const isRequired = next !== undefined && next.id !== set.bootedId;
	if (isRequired && (before === undefined || isOurs))
		await replaceFile(file, `${mark}a reboot leads to deployment ${next.id}\n`, {mode: 0o644});
	if (!isRequired && isOurs) await rm(file, {force: true});
	if (isRequired !== isOurs)
		await system.run(
			'systemctl',
			['--no-block', isRequired ? 'start' : 'stop', rebootRequiredTarget],
			{okStatuses: [0, 1, 4, 5]},
		);
}
