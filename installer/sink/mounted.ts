import {mkdtempSync, rmdirSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {Lacking, OperationFailed} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {FsVerityAlgorithm, MountFlag, System} from '../../engine/system/system.ts';
import type {SystemContent} from '../content.ts';
import {makeFileSystem, partitionLoop} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {type ByteProgress, byteProgress} from './byte-progress.ts';
import {runDebugfs} from './debugfs.ts';
import {verityCommands} from './debugfs-commands.ts';
import {contentPieces, type FilePiece, verityPieces} from './file-pieces.ts';
import {pathIn, setTime, writeStateEntry, writeVerityFile} from './mounted-files.ts';
import {
	contentBytes,
	stateEntries,
	storeFolders,
	type VerityFile,
	verityFiles,
} from './root-files.ts';
import {
	bootWriter,
	checkRootSize,
	type RootVerity,
	rootIsFull,
	type Sink,
	type SinkTarget,
} from './sink.ts';

/**
 * Fills the root through the kernel: a loop device over the partition, mounted where only this process
 * and its children see it. Takes any file system; needs CAP_SYS_ADMIN and loop devices. Nothing is
 * left mounted or attached when it ends, the mount not even when it is killed.
 */
export function mountedSink(system: System, disk: SinkTarget): Sink {
	return {
		...bootWriter(system, disk),
		async writeRoot(content, root, report) {
			checkRootSize(content, root);
			try {
				return await writeRoot(system, disk, content, root, report);
			} catch (error) {
				throw isFull(error) ? rootIsFull(content, root, error) : error;
			}
		},
	};
}

async function writeRoot(
	system: System,
	disk: SinkTarget,
	content: SystemContent,
	root: PlannedPartition,
	report: ProgressReporter,
): Promise<RootVerity> {
	using cleanup = new DisposableStack();
	const device = system.attachLoop(disk.path, partitionLoop(disk, root));
	cleanup.defer(() => system.detachLoop(device));
	await makeFileSystem(system, device, root.fileSystem, {
		mke2fsConfig: disk.mke2fsConfig,
		lazyInit: statSync(disk.path).isBlockDevice(),
	});
	const verity = await fill(system, device, content, root, report);
	if (verity === 'offline') await runDebugfs(system, device, offlineCommands(content));
	system.flushDevice(device);
	return verity;
}

const mountFlags: readonly MountFlag[] = ['nosuid', 'nodev', 'noexec'];

async function fill(
	system: System,
	device: string,
	content: SystemContent,
	{fileSystem}: PlannedPartition,
	report: ProgressReporter,
): Promise<RootVerity> {
	using cleanup = new DisposableStack();
	system.unshareMounts();
	const mountPoint = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	cleanup.defer(() => rmdirSync(mountPoint));
	// ext4 would zero inode tables in the background while we want the disk for ourselves.
	const data = fileSystem.type === 'ext4' ? 'noinit_itable' : undefined;
	system.mount(device, mountPoint, fileSystem.type, mountFlags, data);
	cleanup.defer(() => system.unmount(mountPoint));
	const verity = chooseVerity(system, mountPoint, fileSystem.type, content.algorithm);
	const progress = byteProgress(
		report,
		'root',
		'Writing the root file system',
		contentBytes(content),
	);
	await writeFiles(system, mountPoint, content, verity, progress);
	// One for all; fs-verity then finds clean files, and writes only its own blocks.
	system.syncFileSystem(mountPoint);
	if (verity === 'kernel') {
		await enableVerity(system, mountPoint, content);
		system.syncFileSystem(mountPoint);
	}
	progress.done();
	return verity;
}

/** Asks the kernel for fs-verity on a file of its own, for only that tells. */
function chooseVerity(
	system: System,
	mountPoint: string,
	fileSystem: PlannedPartition['fileSystem']['type'],
	algorithm: FsVerityAlgorithm,
): RootVerity {
	const probe = path.join(mountPoint, 'fs-verity-probe');
	writeFileSync(probe, 'x');
	try {
		system.enableVerity(probe, algorithm);
		return 'kernel';
	} catch (error) {
		if (!(error instanceof Lacking)) throw error;
		return fileSystem === 'ext4' ? 'offline' : 'unavailable';
	} finally {
		unlinkSync(probe);
	}
}

/** Files written before others get a turn: the loop is synchronous, and a key press must be seen. */
const filesPerTurn = 64;

async function writeFiles(
	system: System,
	mountPoint: string,
	content: SystemContent,
	verity: RootVerity,
	progress: ByteProgress,
): Promise<void> {
	const folders = storeFolders();
	const state = stateEntries(content);
	const piecesOf = ({path, ...file}: VerityFile): Iterable<FilePiece> =>
		verity === 'offline'
			? verityPieces({path, ...file}, content.algorithm)
			: contentPieces(file.source, file.size, path);
	let written = 0;
	for (const entry of folders) writeStateEntry(system, mountPoint, entry);
	for (const file of verityFiles(content)) {
		writeVerityFile(`${mountPoint}/${file.path}`, piecesOf(file));
		progress.add(file.size);
		if (++written % filesPerTurn === 0) await nextTurn();
	}
	for (const entry of state) {
		writeStateEntry(system, mountPoint, entry);
		if (entry.inode.type === 'file') progress.add(entry.inode.size);
		if (++written % filesPerTurn === 0) await nextTurn();
	}
	// Children first, and state after the store: the last word on a folder is the content's.
	for (const {path, inode} of [...folders, ...state].reverse())
		if (inode.type === 'directory') setTime(system, pathIn(mountPoint, path), inode);
}

/**
 * Has the kernel hash what was written, and so checks it.
 * @throws OperationFailed `changed-file`
 */
async function enableVerity(
	system: System,
	mountPoint: string,
	content: SystemContent,
): Promise<void> {
	const files = [...verityFiles(content)];
	const placeOf = ({path}: VerityFile) => `${mountPoint}/${path}`;
	await system.enableVerityOnAll(files.map(placeOf), content.algorithm);
	for (const file of files) {
		const measured = system.measureVerity(placeOf(file));
		if (measured?.digest === file.verityDigest) continue;
		throw new OperationFailed(
			'changed-file',
			`${file.path} was written with the fs-verity digest ${measured?.digest ?? 'none'}`,
			{hint: 'Something changes the files that are being read, or the disk is bad; try again.'},
		);
	}
}

function offlineCommands(content: SystemContent): string {
	return Array.from(verityFiles(content), ({path, size}) => verityCommands(path, size)).join('');
}

/** Node's errors have a `code`, those of the system calls an `errno`. */
function isFull(error: unknown): boolean {
	return (
		error instanceof Error &&
		(('code' in error && error.code === 'ENOSPC') || ('errno' in error && error.errno === 'ENOSPC'))
	);
}
