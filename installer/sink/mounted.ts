import {mkdtempSync, rmdirSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import type {MountFlag, System} from '../../engine/system/system.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {SystemContent} from '../content.ts';
import {makeFileSystem, partitionLoop} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {byteProgress} from './byte-progress.ts';
import {runDebugfs} from './debugfs.ts';
import {fillRoot} from './mounted-root.ts';
import {chooseVerity, enableVerity} from './mounted-verity.ts';
import {contentBytes} from './root-files.ts';
import {
	bootWriter,
	checkRootSize,
	type RootVerity,
	rootIsFull,
	type Sink,
	type SinkTarget,
	type Watcher,
} from './sink.ts';

/**
 * Fills the root through the kernel: a loop device over the partition, mounted where only this process
 * and its children see it. Takes any file system; needs CAP_SYS_ADMIN and loop devices. Nothing is
 * left mounted or attached when it ends, the mount not even when it is killed.
 */
export function mountedSink(system: System, disk: SinkTarget): Sink {
	return {
		...bootWriter(system, disk),
		claimsDisk: false,
		check: async (content, root) => checkRootSize(content, root),
		async writeRoot(content, root, report, signal) {
			try {
				return await writeRoot(system, disk, content, root, {report, signal});
			} catch (error) {
				throw isDiskFull(error) ? rootIsFull(content, root, error) : error;
			}
		},
	};
}

async function writeRoot(
	system: System,
	disk: SinkTarget,
	content: SystemContent,
	root: PlannedPartition,
	watcher: Watcher,
): Promise<RootVerity> {
	using cleanup = new DisposableStack();
	const device = system.attachLoop(disk.path, {...partitionLoop(disk, root), directIo: true});
	cleanup.defer(() => system.detachLoop(device));
	await makeFileSystem(system, device, root.fileSystem, {
		mke2fsConfig: disk.mke2fsConfig,
		lazyInit: statSync(disk.path).isBlockDevice(),
	});
	const {verity, commands} = await mountAndFill(system, device, content, root, watcher);
	if (verity === 'offline') await runDebugfs(system, device, commands);
	system.flushDevice(device);
	return verity;
}

const mountFlags: readonly MountFlag[] = ['nosuid', 'nodev', 'noexec'];

async function mountAndFill(
	system: System,
	device: string,
	content: SystemContent,
	{fileSystem}: PlannedPartition,
	watcher: Watcher,
): Promise<{readonly verity: RootVerity; readonly commands: ByteString}> {
	using cleanup = new DisposableStack();
	system.unshareMounts();
	const mountPoint = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	cleanup.defer(() => rmdirSync(mountPoint));
	// ext4 would zero inode tables in the background while we want the disk for ourselves.
	const data = fileSystem.type === 'ext4' ? 'noinit_itable' : undefined;
	system.mount(device, mountPoint, fileSystem.type, mountFlags, data);
	cleanup.defer(() => system.unmount(mountPoint));
	if (fileSystem.type === 'ext4') packFiles(device);
	const verity = chooseVerity(system, mountPoint, fileSystem, content.algorithm);
	const commands = await fillAndSync(system, mountPoint, content, verity, watcher);
	return {verity, commands};
}

/**
 * Has ext4 lay files side by side. With fs-verity behind their content all are above the size from which
 * it spreads them, and then the disk takes twice as long. Where the kernel does not let us, it does so.
 */
function packFiles(device: string): void {
	const largest = (64 << 20) / 4096;
	try {
		writeFileSync(`/sys/fs/ext4/${path.basename(device)}/mb_stream_req`, String(largest));
	} catch (error) {
		if (!(error instanceof Error && 'code' in error)) throw error;
	}
}

async function fillAndSync(
	system: System,
	mountPoint: string,
	content: SystemContent,
	verity: RootVerity,
	{report, signal}: Watcher,
): Promise<ByteString> {
	const total = contentBytes(content);
	const progress = byteProgress(report, 'root', 'Writing the root file system', total);
	const wrote = (bytes: number) => {
		signal?.throwIfAborted();
		progress.add(bytes);
	};
	const withVerity = verity === 'offline';
	const commands = await fillRoot(system, {mountPoint, withVerity, wrote}, content);
	system.syncFileSystem(mountPoint);
	if (verity === 'kernel') {
		await enableVerity(system, mountPoint, content);
		system.syncFileSystem(mountPoint);
	}
	progress.done();
	return commands;
}
