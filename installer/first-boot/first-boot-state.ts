import path from 'node:path';
import {growthMark} from '../../engine/deployment/root-growth.ts';
import type {StateEntry} from '../content.ts';
import {stateFile, stateFolder} from '../deployment-state.ts';
import type {DiskLayout} from '../disk/layout.ts';

/** What a machine does when it starts for the first time from an image that was made elsewhere. */
export interface FirstBoot {
	/** The root gets all of the disk, see `slipway grow`. */
	readonly grow: boolean;
}

/** Where the marks for it lie, with folders before what is in them; all behind `state/os/default`. */
export function firstBootState({grow}: FirstBoot): StateEntry[] {
	if (!grow) return [];
	return [stateFolder(path.posix.dirname(growthMark)), stateFile(growthMark, Buffer.from('\n'))];
}

/** Whether nothing lies behind the root, so that it can grow with the disk. */
export function isRootLast({partitions, beside}: DiskLayout): boolean {
	const all = [...partitions, ...(beside?.kept ?? [])];
	const last = all.toSorted((a, b) => a.start - b.start).at(-1);
	return last !== undefined && partitions.some((one) => one === last && one.role === 'root');
}
