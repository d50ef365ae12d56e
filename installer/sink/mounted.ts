import {mkdtempSync, rmdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import type {MountFlag, System} from '../../engine/system/system.ts';
import type {SystemContent} from '../content.ts';
import {makeFileSystem, partitionLoop} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {bootWriter} from './boot-writer.ts';
import {byteProgress} from './byte-progress.ts';
import {fillRoot} from './mounted-root.ts';
import {chooseVerity, enableVerity} from './mounted-verity.ts';
import {otherPartitions} from './other-partitions.ts';
import {contentBytes} from './root-files.ts';
import {
	checkRootSize,
	type RootVerity,
	rootIsFull,
	rootTarget,
	type Sink,
	type SinkTarget,
	type Watcher,
} from './sink.ts';

/**
 * Fills the root through the kernel: a loop device over the partition, mounted where only this process
 * and its children see it. Takes any file system; needs CAP_SYS_ADMIN and loop devices. Nothing is
 * left mounted or attached when it ends, the mount not even when it is killed. For btrfs and xfs: ext4 is
 * written without the kernel.
 */
export function mountedSink(system: System, target: SinkTarget): Sink {
	const disk = rootTarget(target);
	return {
		...bootWriter(system, target),
		...otherPartitions(system, target),
		check: async (content, root) => checkRootSize(content, root),
		async makeRoot(root) {
			using device = attachRoot(system, disk, root);
			await makeFileSystem(system, device.path, root.fileSystem);
		},
		async writeRoot(content, root, report, signal) {
			try {
				return await writeRoot(system, disk, content, root, {report, signal});
			} catch (error) {
				throw isDiskFull(error) ? rootIsFull(content, root, error) : error;
			}
		},
	};
}

/** A device that is just the partition, until it is disposed of. */
function attachRoot(
	system: System,
	disk: SinkTarget,
	root: PlannedPartition,
): Disposable & {readonly path: string} {
	const path = system.attachLoop(disk.path, {...partitionLoop(disk, root), directIo: true});
	return {path, [Symbol.dispose]: () => system.detachLoop(path)};
}

async function writeRoot(
	system: System,
	disk: SinkTarget,
	content: SystemContent,
	root: PlannedPartition,
	watcher: Watcher,
): Promise<RootVerity> {
	using device = attachRoot(system, disk, root);
	const verity = await mountAndFill(system, device.path, content, root, watcher);
	system.flushDevice(device.path);
	return verity;
}

const mountFlags: readonly MountFlag[] = ['nosuid', 'nodev', 'noexec'];

async function mountAndFill(
	system: System,
	device: string,
	content: SystemContent,
	{fileSystem}: PlannedPartition,
	watcher: Watcher,
): Promise<RootVerity> {
	using cleanup = new DisposableStack();
	system.unshareMounts();
	const mountPoint = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	cleanup.defer(() => rmdirSync(mountPoint));
	system.mount(device, mountPoint, fileSystem.type, mountFlags);
	cleanup.defer(() => system.unmount(mountPoint));
	const verity = chooseVerity(system, mountPoint, content.algorithm);
	await fillAndSync(system, mountPoint, content, verity, watcher);
	return verity;
}

/** Fills a mounted root; all of it is on the medium when this returns. */
export async function fillAndSync(
	system: System,
	mountPoint: string,
	content: SystemContent,
	verity: RootVerity,
	{report, signal}: Watcher,
): Promise<void> {
	const total = contentBytes(content);
	const progress = byteProgress(report, 'root', 'Writing the root file system', total);
	const wrote = (bytes: number) => {
		signal?.throwIfAborted();
		progress.add(bytes);
	};
	await fillRoot(system, {mountPoint, wrote}, content);
	system.syncFileSystem(mountPoint);
	if (verity === 'kernel') {
		await enableVerity(system, mountPoint, content);
		system.syncFileSystem(mountPoint);
	}
	progress.done();
}
