import {lstatSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {isAtOrBelow} from '../../engine/source/tree-path.ts';
import type {MountPoint} from '../../engine/system/mount-points.ts';

/** Names in a mounted file system that something that is mounted lies in: subvolumes, folders bound elsewhere. */
export function namesInUse(mounts: readonly MountPoint[], mountPoint: string): string[] {
	const whole = mounts.findLast(({path}) => path === mountPoint);
	if (whole === undefined) return [];
	const names = mounts
		.filter(({device, root}) => device === whole.device && isAtOrBelow(root, whole.root))
		.map(({root}) => path.relative(whole.root, root).split('/')[0] ?? '')
		.filter((name) => name !== '')
		.map((name) => Buffer.from(name, 'latin1').toString());
	return [...new Set(names)].sort();
}

/** Names in a folder that lie on another file system, as subvolumes of btrfs do. */
export function namesElsewhere(folder: string): string[] {
	const {dev} = lstatSync(folder, {bigint: true});
	return readdirSync(folder).filter(
		(name) => lstatSync(path.join(folder, name), {bigint: true}).dev !== dev,
	);
}
