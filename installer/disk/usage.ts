import path from 'node:path';
import type {System} from '../../engine/system/system.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {
	attachedLoops,
	type BlockDevice,
	blockDeviceOfName,
	type KernelPaths,
	withPartitions,
} from './block-devices.ts';
import {openDeviceNode} from './device-node.ts';
import type {KernelState} from './kernel-state.ts';
import {mountedDevice} from './mounts.ts';

/** Something that uses a disk or a part of it. `device` is the kernel's name of that part. */
export type DiskUse =
	| {readonly kind: 'mount'; readonly device: string; readonly mountPoint: string}
	| {readonly kind: 'swap'; readonly device: string}
	/** A dm, md or bcache device made of it. */
	| {readonly kind: 'holder'; readonly device: string; readonly holder: string}
	/** The kernel says that it is in use, by what cannot be seen from here. */
	| {readonly kind: 'busy'; readonly device: string};

/** `sda1 is mounted on /home`. */
export function describeUse(use: DiskUse): string {
	switch (use.kind) {
		case 'mount':
			return `${use.device} is mounted on ${printableText(use.mountPoint)}`;
		case 'swap':
			return `${use.device} is swap space in use`;
		case 'holder':
			return `${use.device} is part of ${printableText(use.holder)}`;
		case 'busy':
			return `${use.device} is in use by something that cannot be seen from here`;
	}
}

/**
 * All that uses a disk, or the loop devices over it. A loop device that nothing uses is no use: a
 * killed installation leaves such.
 */
export function findUses(
	system: System,
	paths: KernelPaths,
	state: KernelState,
	disk: BlockDevice,
): DiskUse[] {
	return [
		...usesOfDevice(system, paths, state, disk),
		// Of what a process opened outside of our root, the kernel shows the path on its file system: the
		// /dev of a container or of its host.
		...usesOfLoops(system, paths, state, [`/dev/${disk.name}`, `/${disk.name}`]),
	];
}

/** All that uses a plain file through loop devices or as swap space. */
export function findFileUses(
	system: System,
	paths: KernelPaths,
	state: KernelState,
	file: string,
): DiskUse[] {
	const swap: DiskUse[] = state.swaps.includes(file) ? [{kind: 'swap', device: file}] : [];
	return [...swap, ...usesOfLoops(system, paths, state, [file])];
}

function usesOfLoops(
	system: System,
	paths: KernelPaths,
	state: KernelState,
	backingFiles: readonly string[],
): DiskUse[] {
	return attachedLoops(paths)
		.filter(({backingFile = ''}) => backingFiles.includes(backingFile))
		.flatMap((loop) => usesOfDevice(system, paths, state, loop));
}

function usesOfDevice(
	system: System,
	paths: KernelPaths,
	state: KernelState,
	disk: BlockDevice,
): DiskUse[] {
	const parts = withPartitions(paths, disk);
	const names = new Set(parts.map(({name}) => name));
	const uses: DiskUse[] = [
		...state.mounts.flatMap((mount) => {
			const device = mountedDevice(paths, mount)?.name;
			if (device === undefined || !names.has(device)) return [];
			return [{kind: 'mount' as const, device, mountPoint: mount.path}];
		}),
		...state.swaps
			.map((swap) => path.basename(swap))
			.filter((name) => names.has(name))
			.map((device) => ({kind: 'swap' as const, device})),
		...parts.flatMap(({name, holders}) =>
			holders.map((holder) => ({
				kind: 'holder' as const,
				device: name,
				holder: holderName(paths, holder),
			})),
		),
	];
	return uses.length > 0 ? uses : busyParts(system, paths, parts);
}

function holderName(paths: KernelPaths, holder: string): string {
	const name = blockDeviceOfName(paths, holder)?.mapperName;
	return name === undefined ? holder : `${holder} (${name})`;
}

/**
 * Mounts of other mount namespaces are not in mountinfo: a container sees none of its host's. The
 * kernel knows them all and refuses to open such a device exclusively.
 */
function busyParts(
	system: System,
	paths: KernelPaths,
	[disk, ...partitions]: readonly BlockDevice[],
): DiskUse[] {
	const isBusy = (device: BlockDevice) => probe(system, paths, device) === 'busy';
	const busy = partitions.filter(isBusy);
	// The disk is busy whenever a partition is; the partition says more.
	if (busy.length === 0 && disk !== undefined && isBusy(disk)) busy.push(disk);
	return busy.map(({name}) => ({kind: 'busy', device: name}));
}

/** `unknown` when no node can be opened: the whole disk's answer then has to do. */
function probe(
	system: System,
	paths: KernelPaths,
	device: BlockDevice,
): 'free' | 'busy' | 'unknown' {
	try {
		using node = openDeviceNode(system, paths, device);
		return system.probeExclusive(node.path);
	} catch (error) {
		if (error instanceof Error && 'code' in error) return 'unknown';
		throw error;
	}
}
