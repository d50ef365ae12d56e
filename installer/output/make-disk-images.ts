import {statSync} from 'node:fs';
import path from 'node:path';
import {parseContainerEnvironment} from '../../engine/deployment/image-reference.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {orInterrupted} from '../interruption.ts';
import type {InstallPlan} from '../plan.ts';
import type {FitImage} from '../prepare-install.ts';
import type {DiskFormat} from './disk-format.ts';
import {type GivenMoment, imageMoment} from './image-moment.ts';
import {type DiskImageOptions, prepareDisk} from './make-disk.ts';
import {UnfinishedFolder} from './unfinished-folder.ts';

export interface DiskImagesRequest extends Omit<DiskImageOptions, 'sizeMultiple'>, GivenMoment {
	/** Where the files go; made when it is not there. */
	readonly folder: string;
	/** Of the files, before the suffix; as the image is called when undefined. */
	readonly name: string | undefined;
	readonly formats: readonly DiskFormat[];
}

export interface MadeDiskImages {
	readonly files: readonly MadeFile[];
	/** What is on the disk; undefined when no disk was made. */
	readonly plan: InstallPlan | undefined;
}

export interface MadeFile {
	readonly format: DiskFormat;
	readonly path: string;
	/** Bytes of the file, holes included. */
	readonly size: number;
}

/**
 * Makes a disk once, and every format of it. Files appear whole and together, onto others of their names.
 * @throws Refused or Lacking before anything is written, and see {@link prepareDisk}
 */
export async function makeDiskImages(
	system: System,
	request: DiskImagesRequest,
	image: FitImage,
	report: ProgressReporter,
): Promise<MadeDiskImages> {
	const {formats, signal, folder} = request;
	if (formats.length === 0) return {files: [], plan: undefined};
	const moment = imageMoment(image.tree, request);
	system.writeTimesAs(moment.time);
	const disk = await prepareDisk(system, {...request, sizeMultiple: 1}, image, moment, report);
	const name = request.name ?? imageName(image.environment);
	using unfinished = new UnfinishedFolder(folder);
	const raw = unfinished.place(`${name}.raw`);
	try {
		const {plan} = await disk.write(raw, report);
		await unfinished.publish();
		const target = path.join(folder, `${name}.raw`);
		return {files: [{format: 'raw', path: target, size: statSync(target).size}], plan};
	} catch (error) {
		throw orInterrupted(error, signal, `nothing was written to ${folder}`);
	}
}

/** `myos` of `registry.example.com/os/myos:1`. */
function imageName(environment: string | undefined): string {
	const {image} = parseContainerEnvironment(environment ?? '');
	const [, name] = /([^/:@]+)(?::[^/]*)?(?:@.*)?$/.exec(image ?? '') ?? [];
	return name ?? 'disk';
}
