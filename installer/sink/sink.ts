import {OperationFailed} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {SystemContent, UnhashedContent} from '../content.ts';
import {contentSizes} from '../disk/content-sizes.ts';
import {type PlannedPartition, tooSmall} from '../disk/layout.ts';
import {minimumRootSize} from '../disk/minimum-sizes.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {formatSize} from '../disk/size.ts';
import type {BootPlaces, BootTarget} from './boot-places.ts';

/**
 * How the kernel comes to check the store's files: it was asked to (`kernel`), it finds fs-verity
 * written behind the content (`offline`), or it does not.
 */
export type RootVerity = 'kernel' | 'offline' | 'unavailable';

/**
 * Writes content to the partitions of one disk; neither partition nodes nor udev are needed. Order:
 * `check` before the disk is touched, then `makeRoot` and `writeRoot`, with `writeBoot` beside them, the
 * last two on the medium when they return, then `finish`.
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
	/** Makes what is in any other new partition. For who holds the disk the same holds as for the root. */
	makeOther(partition: NewContent): Promise<void>;
	/**
	 * Fills the boot partitions, whose file systems are made, but for the loader entries. Files of others
	 * stay.
	 */
	writeBoot(content: Pick<SystemContent, 'bootFiles'>, places: BootPlaces): Promise<void>;
	/** Writes the loader entries: from then on the disk boots. */
	finish(content: SystemContent, boot: BootTarget): Promise<void>;
}

/** The half of a sink that does not depend on how the root is written. */
export type BesidesRoot = Pick<Sink, 'makeOther' | 'writeBoot' | 'finish'>;

/** A stretch of the disk and what is made in it. */
export type NewContent = Pick<PlannedPartition, 'start' | 'size' | 'fileSystem'>;

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
