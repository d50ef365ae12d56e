import {readdirSync} from 'node:fs';
import path from 'node:path';
import type {EngineError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {blockDeviceOfName, type KernelPaths, kernelPaths} from './block-devices.ts';
import {type DiskInventory, inspectDisk} from './inventory.ts';
import {findRefusals, isFound} from './refusals.ts';

export interface ListedDisk {
	readonly inventory: DiskInventory;
	/** All that speaks against it, but that it holds data. */
	readonly refusals: readonly EngineError[];
}

/** What nobody installs to: memory, drives with other media, parts of chips, devices made of others. */
const never = /^(ram|zram|loop|sr|fd|nbd|drbd|dm-|mtdblock)|^mmcblk\d+(boot|rpmb|gp)/;

/** All whole disks, those that can be removed last. */
export async function listDisks(
	system: System,
	paths: KernelPaths = kernelPaths,
): Promise<ListedDisk[]> {
	const disks: ListedDisk[] = [];
	for (const name of diskNames(paths)) {
		const inventory = await inspectDisk(system, path.join(paths.dev, name), paths);
		if (inventory.kind === 'not-a-disk') continue;
		const refusals = findRefusals(inventory, {
			wipe: true,
			minimumSize: 0,
			capabilities: system.capabilities(),
			neededCapabilities: [],
		});
		disks.push({inventory, refusals});
	}
	return disks.sort((a, b) => Number(isRemovable(a)) - Number(isRemovable(b)));
}

function diskNames(paths: KernelPaths): string[] {
	return readdirSync(path.join(paths.sys, 'class/block'))
		.filter((name) => !never.test(name))
		.filter((name) => blockDeviceOfName(paths, name)?.disk === undefined)
		.sort(new Intl.Collator('en', {numeric: true}).compare);
}

function isRemovable({inventory}: ListedDisk): boolean {
	return isFound(inventory) && inventory.identity.isRemovable;
}
