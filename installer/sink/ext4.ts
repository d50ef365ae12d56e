import {statSync} from 'node:fs';
import {open} from 'node:fs/promises';
import type {RunOptions} from '../../engine/store/file-workers.ts';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import type {Ext4Volume} from '../../engine/system/ext4-volume.ts';
import type {System} from '../../engine/system/system.ts';
import type {SystemContent, UnhashedContent} from '../content.ts';
import {makeExt4} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {bootWriter} from './boot-writer.ts';
import {byteProgress} from './byte-progress.ts';
import {EarlyWriteback} from './early-writeback.ts';
import {cutStretches, type DataStretch, type PlacedFile, placeFile} from './ext4-files.ts';
import {type Ext4Plan, type PlannedInode, planExt4} from './ext4-plan.ts';
import {FreeSpace} from './ext4-space.ts';
import {rootInode} from './ext4-tree.ts';
import {otherPartitions} from './other-partitions.ts';
import {contentBytes, stateEntries} from './root-files.ts';
import {
	checkRootSize,
	rootIsFull,
	rootTarget,
	type Sink,
	type SinkTarget,
	type Watcher,
} from './sink.ts';
import {type StretchWorkers, stretchWorkers, type WrittenStretch} from './stretch-task.ts';

/**
 * Fills an ext4 without the kernel: mke2fs makes it, contents are written to where a plan says, and
 * libext2fs writes what leads to them. Needs no privilege but to write to the disk or file.
 */
export function ext4Sink(system: System, target: SinkTarget): Sink {
	const disk = rootTarget(target);
	return {
		...bootWriter(system, target),
		...otherPartitions(system, target),
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
			await explainFull(content, root, async () => {
				await using filling = openFilling(system, disk, root, content, {report, signal});
				await filling.finish(content, new Map());
			});
			system.flushDevice(disk.path);
			return 'offline';
		},
		async writeUnhashed(unhashed, provisional, root, report, signal) {
			const described = await explainFull(provisional, root, async () => {
				await using filling = openFilling(system, disk, root, provisional, {report, signal});
				return await filling.writeUnhashed(unhashed);
			});
			system.flushDevice(disk.path);
			return {verity: 'offline', described};
		},
	};
}

async function explainFull<Result>(
	content: SystemContent,
	root: PlannedPartition,
	write: () => Promise<Result>,
): Promise<Result> {
	try {
		return await write();
	} catch (error) {
		throw isDiskFull(error) ? rootIsFull(content, root, error) : error;
	}
}

function openFilling(
	system: System,
	disk: SinkTarget,
	{start}: PlannedPartition,
	content: SystemContent,
	{report, signal}: Watcher,
): Filling {
	const {algorithm} = content;
	const volume = system.loadExt4().open(disk.path, start);
	const title = 'Writing the root file system';
	const progress = byteProgress(report, 'root', title, contentBytes(content));
	const writeback = new EarlyWriteback(() => flushData(disk.path));
	return new Filling({
		volume,
		writeback,
		workers: stretchWorkers({disk: disk.path, origin: start, algorithm}),
		algorithm,
		wrote(bytes) {
			signal?.throwIfAborted();
			progress.add(bytes);
			writeback.wrote(bytes);
		},
		finished: () => progress.done(),
	});
}

interface FillingParts {
	readonly volume: Ext4Volume;
	readonly workers: StretchWorkers;
	readonly writeback: EarlyWriteback;
	readonly algorithm: SystemContent['algorithm'];
	/** Told the bytes of contents when they are written. */
	wrote(bytes: number): void;
	finished(): void;
}

/** The way of an empty ext4 to a full one. */
class Filling implements AsyncDisposable {
	readonly #parts: FillingParts;
	readonly #space: FreeSpace;

	constructor(parts: FillingParts) {
		this.#parts = parts;
		releaseRoot(parts.volume);
		this.#space = new FreeSpace(parts.volume.freeRuns());
	}

	/**
	 * Of equal contents one stays; the blocks of the others are free. What was hashed before is copied last, while
	 * this thread is busy with all that the digests of the others were missing for.
	 */
	async writeUnhashed<Described extends {readonly content: SystemContent}>(
		unhashed: UnhashedContent<Described>,
	): Promise<Described> {
		const {algorithm} = this.#parts;
		const placed = (await unhashed.files()).map(({path, size, hashed}) => {
			const {verityDigest: digest, merkleTree} = hashed ?? {};
			const verity = {digest, merkleTree};
			const source = {kind: 'path', path} as const;
			return placeFile({name: path, source, size, verity}, algorithm, this.#space);
		});
		const isHashed = ({verity}: PlacedFile) => verity?.digest !== undefined;
		const rest = placed.filter((file) => !isHashed(file));
		const hashing = this.#write(cutStretches(rest)).then((written) => {
			const found = written.flatMap(({digests}) => digests).values();
			const digests = placed.map(({verity}) => verity?.digest ?? found.next().value ?? '');
			const kept = firstOfEach(placed, digests);
			// Not the others: their blocks may be somebody else's by now. And before anybody is told of the digests,
			// for then this thread is busy.
			const stretches = cutStretches([...kept.values()].filter(isHashed));
			const copying = this.#write(stretches, {isBusy: true});
			// Whoever fails first tells why; `finish` waits for it.
			copying.catch(() => {});
			return {digests, kept, copying};
		});
		const digests = hashing.then((found) => found.digests);
		// Who describes need not listen yet when hashing fails.
		digests.catch(() => {});
		const [{kept, copying}, described] = await Promise.all([hashing, unhashed.describe(digests)]);
		await this.finish(described.content, kept, copying);
		unhashed.checkUnchanged();
		return described;
	}

	/**
	 * @param written contents that are there, by their digests, or will be
	 * @param copying when that has ended
	 */
	async finish(
		content: SystemContent,
		written: ReadonlyMap<string, PlacedFile>,
		copying: Promise<unknown> = Promise.resolve(),
	): Promise<void> {
		const {volume, writeback, finished} = this.#parts;
		const {inodeCount} = volume;
		const plan = planExt4(content, {inodeCount, space: this.#space, written});
		const writing = Promise.all([copying, this.#write(plan.stretches)]);
		try {
			writeMetadata(volume, plan);
		} finally {
			await writing;
		}
		volume.close();
		await writeback.settle();
		finished();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const {workers, volume, writeback} = this.#parts;
		await workers[Symbol.asyncDispose]();
		await writeback[Symbol.asyncDispose]();
		volume[Symbol.dispose]();
	}

	async #write(
		stretches: readonly DataStretch[],
		options: Pick<RunOptions, 'isBusy'> = {},
	): Promise<WrittenStretch[]> {
		const {workers, wrote} = this.#parts;
		let done = 0;
		return await workers.run(stretches, {
			...options,
			onAdvance(bytes) {
				wrote(bytes - done);
				done = bytes;
			},
		});
	}
}

/** By their digests. */
function firstOfEach(
	files: readonly PlacedFile[],
	digests: readonly string[],
): ReadonlyMap<string, PlacedFile> {
	const first = new Map<string, PlacedFile>();
	for (const [index, file] of files.entries()) {
		const digest = digests[index] ?? '';
		if (!first.has(digest)) first.set(digest, file);
	}
	return first;
}

async function flushData(disk: string): Promise<void> {
	await using file = await open(disk, 'r');
	await file.datasync();
}

/** The root's folder is written anew, with all that is in it. */
function releaseRoot(volume: Ext4Volume): void {
	const inode = volume.readInode(rootInode);
	// Its only extent.
	const start = inode.readUInt32LE(60) + inode.readUInt16LE(58) * 2 ** 32;
	volume.releaseBlocks({start, count: 1});
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
