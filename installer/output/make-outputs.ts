/** All that one call of `slipway disk` makes of an image. */
import {statfsSync} from 'node:fs';
import path from 'node:path';
import {EngineError, firstFailure, OperationFailed} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import type {System} from '../../engine/system/system.ts';
import {formatSize, MiB} from '../disk/size.ts';
import {orInterrupted} from '../interruption.ts';
import type {FitImage} from '../prepare-install.ts';
import {descriptionsOf} from './describe-disk.ts';
import {
	type DiskImagesRequest,
	diskFile,
	type MadeDiskImages,
	makeDiskImages,
	prepareDiskImages,
} from './make-disk-images.ts';
import {
	type LiveFormat,
	type LiveMediaRequest,
	makeLiveMedia,
	mediaDescriptions,
	mediaFiles,
} from './make-live-media.ts';
import {OutputFiles} from './output-files.ts';
import {refuseExisting} from './output-folder.ts';
import type {OutputFormat} from './output-format.ts';

export interface OutputsRequest {
	/** Of the same folder, name and signal. Each may have no formats. */
	readonly disk: DiskImagesRequest;
	readonly live: LiveMediaRequest;
	/** Leave to replace files. */
	readonly mayReplace: boolean;
}

export interface MadeOutputs extends Pick<MadeDiskImages, 'files' | 'descriptions'> {
	/** Paths of all files of live media. */
	readonly media: readonly string[];
	/** What is on the disk; undefined when no disk was made. */
	readonly plan: MadeDiskImages['plan'] | undefined;
}

/**
 * Makes them in a folder that is there. All are checked before the first is written, and appear when all are whole:
 * live media and what describes them, then disks and what describes those.
 * @throws Refused or Lacking before anything is written, `output-exists` among them; OperationFailed `disk-full`,
 * `interrupted` and others with nothing left
 */
export async function makeOutputs(
	system: System,
	{disk, live, mayReplace}: OutputsRequest,
	image: FitImage,
	report: ProgressReporter,
): Promise<MadeOutputs> {
	const {folder, signal} = disk;
	if (!mayReplace)
		refuseExistingOutputs(folder, disk.name, {disk: disk.formats, live: live.formats});
	const prepared =
		disk.formats.length > 0 ? await prepareDiskImages(system, disk, image, report) : undefined;
	const free = freeRoom(folder);
	await using outputs = new OutputFiles();
	try {
		await makeLiveMedia(system, live, image, outputs, report);
		const made =
			prepared === undefined
				? {files: [], descriptions: [], plan: undefined}
				: await makeDiskImages(system, disk, image, prepared, outputs, report);
		signal.throwIfAborted();
		await outputs.putInPlace();
		const descriptions = [...mediaDescriptions(live), ...made.descriptions];
		return {...made, descriptions, media: mediaFiles(live)};
	} catch (error) {
		const told = orInterrupted(causeOf(error), signal, `nothing was left in ${folder}`);
		throw orNoRoom(told, {folder, free, needed: prepared?.contentSize});
	}
}

/** Of an interrupted installation: on a disk of a machine something is left, and here nothing is. */
function causeOf(error: unknown): unknown {
	const first = firstFailure(error);
	return first instanceof OperationFailed && first.code === 'interrupted'
		? (first.cause ?? error)
		: error;
}

/**
 * Where there is something already.
 * @throws Refused `output-exists` that names all of it
 */
export function refuseExistingOutputs(
	folder: string,
	name: string,
	{disk, live}: {readonly disk: readonly OutputFormat[]; readonly live: readonly LiveFormat[]},
): void {
	refuseExisting([
		...mediaFiles({folder, name, formats: live}),
		...mediaDescriptions({folder, name, formats: live}),
		...disk.map((format) => diskFile(folder, name, format)),
		...(disk.length > 0 ? descriptionsOf(path.join(folder, name)) : []),
	]);
}

function freeRoom(folder: string): number {
	const {bavail, bsize} = statfsSync(folder);
	return bavail * bsize;
}

/** Somebody may have made a little room since. */
const fullBelow = 64 * MiB;

interface Room {
	readonly folder: string;
	/** Bytes, before anything was written. */
	readonly free: number;
	/** Bytes of the contents of a disk. */
	readonly needed: number | undefined;
}

/** A disk in a file is full when the file system of the file is: that one is to be told of. */
export function orNoRoom(error: unknown, {folder, free, needed}: Room): unknown {
	const first = firstFailure(error);
	const isFull =
		isDiskFull(first) ||
		(first instanceof EngineError && first.code === 'disk-full') ||
		(first instanceof CommandFailed && /No space left on device/i.test(first.message));
	const isHere = freeRoom(folder) < fullBelow || (needed ?? 0) > free;
	if (!isFull || !isHere) return error;
	const wanted =
		needed === undefined ? '' : `, and a disk of this image takes ${formatSize(needed)}`;
	return new OperationFailed(
		'disk-full',
		`there is no room left in ${folder}: ${formatSize(free)} were free${wanted}`,
		{hint: `Make room on the file system of ${folder}, or name another folder.`, cause: error},
	);
}
