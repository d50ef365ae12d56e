/** What is on a disk that the image was to be installed on, as seen from outside. */
import {execFileSync} from 'node:child_process';
import {lstatSync, mkdtempSync, readdirSync, rmdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {isEmpty, isUnfinishedInstall} from '../../installer/disk/content.ts';
import {inspectDisk} from '../../installer/disk/inventory.ts';
import {partitionNames} from '../../installer/disk/partition-names.ts';
import type {Partition} from '../../installer/disk/partition-table.ts';
import {isFound} from '../../installer/disk/refusals.ts';

const system = hostSystem();

export interface InstalledDisk {
	/** What slipway takes it for; `other` is anything else. */
	readonly state: 'empty' | 'unfinished' | 'finished' | 'other';
	readonly esp: Partition | undefined;
	readonly root: Partition | undefined;
}

/** Looks at a disk as an installation would. */
export async function inspectInstalled(device: string): Promise<InstalledDisk> {
	const disk = await inspectDisk(system, device);
	if (!isFound(disk)) throw new Error(`${device} is ${disk.kind}`);
	const {content} = disk;
	const named = (name: string) => content.partitions.find((partition) => partition.name === name);
	const finishedRoot = named(partitionNames.root);
	const state = isEmpty(content)
		? 'empty'
		: isUnfinishedInstall(content)
			? 'unfinished'
			: finishedRoot !== undefined && content.bootEntry === 'present'
				? 'finished'
				: 'other';
	const root = finishedRoot ?? named(partitionNames.unfinishedRoot);
	return {state, esp: named(partitionNames.esp), root};
}

/** Everything on a finished disk, by name and size, and checked by e2fsck. @throws when it finds something */
export async function listInstalled(device: string): Promise<readonly string[]> {
	const {state, esp, root} = await inspectInstalled(device);
	if (state !== 'finished' || esp === undefined || root === undefined)
		throw new Error(`${device} is ${state}`);
	return [...(await listBoot(device, esp)), ...listRoot(device, root)];
}

/** Lines of one listing that the other lacks. */
export function listingDifferences(one: readonly string[], other: readonly string[]): string[] {
	const [ones, others] = [new Set(one), new Set(other)];
	return [...ones.symmetricDifference(others)];
}

async function listBoot(device: string, {start}: Partition): Promise<string[]> {
	const partition = unmountedPartition(system, {file: device, offset: start});
	const found: string[] = [];
	const folders = [''];
	for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
		for (const {name, type, size} of await partition.list(folder)) {
			const place = folder === '' ? name : `${folder}/${name}`;
			if (type === 'directory') folders.push(place);
			else found.push(`boot ${place} ${size}`);
		}
	return found.sort();
}

function listRoot(device: string, {start, size}: Partition): string[] {
	system.unshareMounts();
	using cleanup = new DisposableStack();
	const loop = system.attachLoop(device, {offset: start, sizeLimit: size, readOnly: true});
	cleanup.defer(() => system.detachLoop(loop));
	execFileSync('e2fsck', ['-f', '-n', loop], {stdio: 'pipe'});
	const mountPoint = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	cleanup.defer(() => rmdirSync(mountPoint));
	system.mount(loop, mountPoint, 'ext4', ['ro']);
	cleanup.defer(() => system.unmount(mountPoint));
	return [...describeFolder(mountPoint, '')].sort();
}

/** Not by a recursive readdir: Node follows links in that, out of the disk. */
function* describeFolder(mountPoint: string, folder: string): Generator<string> {
	for (const entry of readdirSync(path.join(mountPoint, folder), {withFileTypes: true})) {
		const place = path.join(folder, entry.name);
		const {mode, size} = lstatSync(path.join(mountPoint, place));
		yield `root ${place} ${mode.toString(8)} ${entry.isFile() ? size : ''}`;
		if (entry.isDirectory()) yield* describeFolder(mountPoint, place);
	}
}
