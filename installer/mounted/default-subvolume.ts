import {mkdtempSync, realpathSync, rmdirSync} from 'node:fs';
import path from 'node:path';
import {Refused} from '../../engine/errors.ts';
import {readMounts} from '../../engine/system/mount-points.ts';
import type {System} from '../../engine/system/system.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {type KernelPaths, kernelPaths} from '../disk/block-devices.ts';
import {openDeviceNode} from '../disk/device-node.ts';
import {scratchFolder} from '../scratch.ts';
import type {RootTarget} from './root-target.ts';

/**
 * What a mount of the device alone shows, as the initramfs makes it: `/`, but of a btrfs with a default
 * subvolume that. Mounts it for a moment where nobody else looks.
 */
export function readDefaultRoot(
	system: System,
	{mount, device}: Pick<RootTarget, 'mount' | 'device'>,
	paths: KernelPaths = kernelPaths,
): string {
	if (mount.type !== 'btrfs' || device === undefined) return '/';
	using cleanup = new DisposableStack();
	const node = cleanup.use(openDeviceNode(system, paths, device));
	const folder = realpathSync(mkdtempSync(path.join(scratchFolder(), 'slipway-root-')));
	cleanup.defer(() => rmdirSync(folder));
	system.mount(node.path, folder, 'btrfs', ['nosuid', 'nodev', 'noexec']);
	cleanup.defer(() => system.unmount(folder));
	return readMounts().findLast((one) => one.path === folder)?.root ?? '/';
}

export function refusalsOfDefaultRoot(
	{path}: Pick<RootTarget, 'path'>,
	defaultRoot: string,
): Refused[] {
	if (defaultRoot === '/') return [];
	return [
		new Refused(
			'default-subvolume',
			`${path} has the default subvolume ${printableText(defaultRoot)}, which would be mounted at boot`,
			{hint: `If no system needs it: btrfs subvolume set-default 5 ${path}.`},
		),
	];
}
