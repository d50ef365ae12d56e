import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {KernelArgument} from '../../engine/boot/kernel-argument.ts';
import {type BlockDevice, blockDeviceOfName, type KernelPaths} from '../disk/block-devices.ts';

/** What stands between a file system and its disk, and has to be set up before it can be mounted. */
export type Volume = 'LVM' | 'LUKS' | 'MD RAID' | 'multipath' | 'bcache' | 'device mapper';

/** All of them below a device, each once, the uppermost first. */
export function volumesBelow(paths: KernelPaths, device: BlockDevice): Volume[] {
	const found = new Set<Volume>();
	const pending = [device];
	for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
		const volume = volumeOf(paths, next);
		if (volume !== undefined) found.add(volume);
		for (const name of [next.disk, ...next.slaves]) {
			const below = name === undefined ? undefined : blockDeviceOfName(paths, name);
			if (below !== undefined) pending.push(below);
		}
	}
	return [...found];
}

function volumeOf(paths: KernelPaths, {name, mapperName}: BlockDevice): Volume | undefined {
	if (name.startsWith('md')) return 'MD RAID';
	if (name.startsWith('bcache')) return 'bcache';
	if (mapperName === undefined) return undefined;
	// Whoever makes a device of the mapper says in its UUID what it is.
	const uuid = mapperUuid(paths, name);
	if (uuid.startsWith('LVM-')) return 'LVM';
	if (uuid.startsWith('CRYPT-')) return 'LUKS';
	return /^(part\d+-)?mpath-/.test(uuid) ? 'multipath' : 'device mapper';
}

function mapperUuid(paths: KernelPaths, name: string): string {
	try {
		return readFileSync(path.join(paths.sys, 'class/block', name, 'dm/uuid'), 'utf8');
	} catch {
		return '';
	}
}

/** Has the initramfs activate the logical volume that a root is on; dracut leaves them alone that nobody names. */
export function volumeArguments(
	device: Pick<BlockDevice, 'mapperName'> | undefined,
	volumes: readonly Volume[],
): KernelArgument[] {
	// In names of the mapper a hyphen parts group and volume, and one of their own is doubled.
	const names = /^((?:[^-]|--)+)-((?:[^-]|--)+)$/.exec(device?.mapperName ?? '')?.slice(1);
	if (names === undefined || !volumes.includes('LVM')) return [];
	const [group, volume] = names.map((name) => name.replaceAll('--', '-'));
	return [{argument: `rd.lvm.lv=${group}/${volume}`, source: 'install: LVM'}];
}
