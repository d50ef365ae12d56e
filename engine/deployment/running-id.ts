import path from 'node:path';
import {parseCommandLine} from '../boot/command-line.ts';
import {type MountPoint, parseMountinfo, rootMount} from '../system/mount-points.ts';
import {readText} from '../system/read-text.ts';
import {type DeploymentId, isDeploymentId} from './id.ts';

const sourcePrefix = 'slipway-';

/**
 * ID of the deployment whose root this is, if it is any. The root itself says so; the kernel's command line
 * names the one that it was started for, which a soft reboot leaves behind.
 * @param root what stands before all paths; for tests
 */
export async function readRunningId(root = '/'): Promise<DeploymentId | undefined> {
	const mountinfo = (await readText(path.join(root, '/proc/self/mountinfo'))) ?? '';
	const mounted = mountedId(parseMountinfo(mountinfo));
	if (mounted !== undefined) return mounted;
	const commandLine = await readText(path.join(root, '/proc/cmdline'));
	return parseCommandLine(commandLine ?? '')?.deploymentId;
}

/** From the name that slipway-root mounts the root under. */
export function mountedId(mounts: readonly MountPoint[]): DeploymentId | undefined {
	const root = rootMount(mounts);
	if (root?.type !== 'overlay' || !root.source.startsWith(sourcePrefix)) return undefined;
	const id = root.source.slice(sourcePrefix.length);
	return isDeploymentId(id) ? id : undefined;
}
