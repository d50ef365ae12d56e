import type {BootFile, BootPartition} from '../../engine/boot/boot-partition.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {OperationFailed} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {SystemContent, UnhashedContent} from '../content.ts';
import {contentSizes} from '../disk/content-sizes.ts';
import {minimumRootSize, type PlannedPartition, tooSmall} from '../disk/layout.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {formatSize} from '../disk/size.ts';

/**
 * How the kernel comes to check the store's files: it was asked to (`kernel`), it finds fs-verity
 * written behind the content (`offline`), or it does not.
 */
export type RootVerity = 'kernel' | 'offline' | 'unavailable';

/**
 * Writes content to the partitions of one disk; neither partition nodes nor udev are needed. Order:
 * `check` before the disk is touched, then `makeRoot`, `writeRoot` and `writeBoot`, the last two on the
 * medium when they return, then `finish`.
 */
export interface Sink {
	/** @throws Refused `too-small`, Lacking what it needs */
	check(content: SystemContent, root: PlannedPartition): Promise<void>;
	/** Makes the root's file system. Programs may open the disk with O_EXCL: who holds it has to lend it. */
	makeRoot(root: PlannedPartition): Promise<void>;
	/**
	 * Fills the root's file system.
	 * @throws OperationFailed `disk-full`; whatever the signal was aborted with
	 */
	writeRoot(
		content: SystemContent,
		root: PlannedPartition,
		report: ProgressReporter,
		signal?: AbortSignal,
	): Promise<RootVerity>;
	/**
	 * The same with content that is not hashed yet, in one pass over the files; left out by a sink that needs
	 * the digests before. The provisional content was checked, and is no smaller.
	 */
	writeUnhashed?<Described extends {readonly content: SystemContent}>(
		unhashed: UnhashedContent<Described>,
		provisional: SystemContent,
		root: PlannedPartition,
		report: ProgressReporter,
		signal?: AbortSignal,
	): Promise<{readonly verity: RootVerity; readonly described: Described}>;
	/** Fills the boot partition, whose file system is made, but for the loader entries. */
	writeBoot(
		content: SystemContent,
		boot: PlannedPartition,
		report: ProgressReporter,
	): Promise<void>;
	/** Writes the loader entries: from then on the disk boots. */
	finish(content: SystemContent, boot: PlannedPartition): Promise<void>;
}

/** Where a sink writes, and with what. */
export interface SinkTarget {
	/** Block device or plain file of the whole disk. */
	readonly path: string;
	readonly sectorSize: number;
	/** Where the root is, when it is a device of its own. */
	readonly root?: DiskTarget | undefined;
	/** Path of slipway's mke2fs.conf. */
	readonly mke2fsConfig: string;
}

/** The same for the root alone. */
export function rootTarget(target: SinkTarget): SinkTarget {
	return {...target, ...target.root};
}

/** Who hears of the work and may stop it. */
export interface Watcher {
	readonly report: ProgressReporter;
	readonly signal: AbortSignal | undefined;
}

/** The half of a sink that does not depend on how the root is written. */
export function bootWriter(
	system: System,
	disk: Pick<SinkTarget, 'path'>,
): Pick<Sink, 'writeBoot' | 'finish'> {
	const open = ({start}: PlannedPartition) =>
		unmountedPartition(system, {file: disk.path, offset: start});
	return {
		async writeBoot({bootFiles}, boot, report) {
			const partition = open(boot);
			report({type: 'step', step: 'boot', title: 'Writing the boot partition'});
			await partition.write(bootFiles);
			await partition.sync();
			report({type: 'done', step: 'boot'});
		},
		finish: ({bootEntries}, boot) => writeBootEntries(open(boot), bootEntries),
	};
}

/** Writes loader entries; none of them counts before all of it is on the medium. */
export async function writeBootEntries(
	partition: BootPartition,
	entries: readonly BootFile[],
): Promise<void> {
	// On FAT a name comes before its content is there in whole: it must not be the final one yet.
	const fresh = (path: string) => `${path}.new`;
	await partition.write(entries.map((file) => ({...file, path: fresh(file.path)})));
	await partition.sync();
	for (const {path} of entries) await partition.rename(fresh(path), path);
	await partition.sync();
}

/** A file system that is made to measure has no room for another system, but is one. */
const fileSystemShare = 1.03;
const smallestOverhead = 24 << 20;

/** @throws Refused `too-small` when the content cannot fit, saying what an installation needs */
export function checkRootSize(content: SystemContent, {size}: PlannedPartition): void {
	const sizes = contentSizes(content, () => 0);
	if (size < sizes.rootBytes * fileSystemShare + smallestOverhead)
		throw tooSmall('the root partition', minimumRootSize(sizes), size);
}

/** The error for a root that turned out to be too small. */
export function rootIsFull(
	content: SystemContent,
	{size}: PlannedPartition,
	cause: unknown,
): OperationFailed {
	const needed = minimumRootSize(contentSizes(content, () => 0));
	return new OperationFailed(
		'disk-full',
		`the root partition of ${formatSize(size)} is full: this image needs ${formatSize(needed)} (${needed} bytes)`,
		{hint: 'Take a larger disk, or make the image smaller.', cause},
	);
}
