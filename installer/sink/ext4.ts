import {statSync} from 'node:fs';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import type {Ext4Volume} from '../../engine/system/ext4-volume.ts';
import type {System} from '../../engine/system/system.ts';
import type {SystemContent} from '../content.ts';
import {makeExt4} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {byteProgress} from './byte-progress.ts';
import {type Ext4Plan, type PlannedInode, planExt4} from './ext4-plan.ts';
import {FreeSpace} from './ext4-space.ts';
import {rootInode} from './ext4-tree.ts';
import {stateEntries} from './root-files.ts';
import {
	bootWriter,
	checkRootSize,
	rootIsFull,
	type Sink,
	type SinkTarget,
	type Watcher,
} from './sink.ts';
import {stretchWorkers} from './stretch-task.ts';

/**
 * Fills an ext4 without the kernel: mke2fs makes it, contents are written to where a plan says, and
 * libext2fs writes what leads to them. Needs no privilege but to write to the disk or file.
 */
export function ext4Sink(system: System, disk: SinkTarget): Sink {
	return {
		...bootWriter(system, disk),
		async check(content, root) {
			checkRootSize(content, root);
			stateEntries(content);
			system.loadExt4();
		},
		async makeRoot(root) {
			const lazyInit = statSync(disk.path).isBlockDevice();
			await makeExt4(system, disk, root, {mke2fsConfig: disk.mke2fsConfig, lazyInit});
		},
		async writeRoot(content, root, report, signal) {
			try {
				await fillVolume(system, disk, content, root, {report, signal});
			} catch (error) {
				throw isDiskFull(error) ? rootIsFull(content, root, error) : error;
			}
			system.flushDevice(disk.path);
			return 'offline';
		},
	};
}

async function fillVolume(
	system: System,
	disk: SinkTarget,
	content: SystemContent,
	{start}: PlannedPartition,
	watcher: Watcher,
): Promise<void> {
	using volume = system.loadExt4().open(disk.path, start);
	releaseRoot(volume);
	const space = new FreeSpace(volume.freeRuns());
	const plan = planExt4(content, {inodeCount: volume.inodeCount, space});
	const task = {disk: disk.path, origin: start, algorithm: content.algorithm};
	const writing = writeStretches(task, plan, watcher);
	try {
		writeMetadata(volume, plan);
	} finally {
		await writing;
	}
	volume.close();
}

/** The root's folder is written anew, with all that is in it. */
function releaseRoot(volume: Ext4Volume): void {
	const inode = volume.readInode(rootInode);
	// Its only extent.
	const start = inode.readUInt32LE(60) + inode.readUInt16LE(58) * 2 ** 32;
	volume.releaseBlocks({start, count: 1});
}

async function writeStretches(
	task: Parameters<typeof stretchWorkers>[0],
	{stretches}: Ext4Plan,
	{report, signal}: Watcher,
): Promise<void> {
	const total = stretches.reduce((sum, {size}) => sum + size, 0);
	const progress = byteProgress(report, 'root', 'Writing the root file system', total);
	await using workers = stretchWorkers(task);
	let done = 0;
	await workers.run(stretches, (bytes) => {
		signal?.throwIfAborted();
		progress.add(bytes - done);
		done = bytes;
	});
	progress.done();
}

function writeMetadata(volume: Ext4Volume, {inodes, used}: Ext4Plan): void {
	for (const run of used) volume.useBlocks(run);
	for (const inode of inodes) writeInode(volume, inode);
	// They may take blocks.
	for (const {number, xattrs} of inodes) if (xattrs !== undefined) volume.setXattrs(number, xattrs);
}

function writeInode(volume: Ext4Volume, inode: PlannedInode): void {
	const {number, isDirectory} = inode;
	if (number !== rootInode) volume.useInode(number, isDirectory);
	volume.writeInode(number, inode.bytes);
	for (const {block, bytes} of inode.folderBlocks) volume.writeDirectoryBlock(number, block, bytes);
	for (const {block, bytes} of inode.extentBlocks) volume.writeExtentBlock(number, block, bytes);
}
