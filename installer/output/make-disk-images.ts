import {statSync} from 'node:fs';
import path from 'node:path';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {InstallPlan} from '../plan.ts';
import type {FitImage} from '../prepare-install.ts';
import {describeDisk} from './describe-disk.ts';
import {checkDisk} from './formats/check-disk.ts';
import {sizeMultipleFor} from './formats/formats.ts';
import type {ImageMoment} from './image-moment.ts';
import {type DiskImageOptions, type PreparedDisk, prepareDisk} from './make-disk.ts';
import type {OutputFiles} from './output-files.ts';
import {isConverted, type OutputFormat, suffixOf} from './output-format.ts';
import {UnfinishedFile} from './unfinished-file.ts';
import {writeFormats} from './write-formats.ts';

export interface DiskImagesRequest extends Omit<DiskImageOptions, 'sizeMultiple'>, ImageMoment {
	/** Where the files go, which is there. */
	readonly folder: string;
	/** Of the files, before the suffix. */
	readonly name: string;
	/** One at least. */
	readonly formats: readonly OutputFormat[];
	/** As each format is without it when undefined. */
	readonly isCompressed: boolean | undefined;
}

export interface MadeDiskImages {
	readonly files: readonly MadeFile[];
	/** Manifest and bill of materials. */
	readonly descriptions: readonly string[];
	/** What is on the disk. */
	readonly plan: InstallPlan;
}

export interface MadeFile {
	readonly format: OutputFormat;
	readonly path: string;
	/** Bytes of the file, holes included. */
	readonly size: number;
}

/** Where a disk in a format goes. */
export function diskFile(folder: string, name: string, format: OutputFormat): string {
	return path.join(folder, `${name}${suffixOf(format)}`);
}

/** @throws Refused or Lacking, and see {@link prepareDisk}; nothing is written */
export async function prepareDiskImages(
	system: System,
	request: DiskImagesRequest,
	image: FitImage,
	report: ProgressReporter,
): Promise<PreparedDisk> {
	const {formats, seed, time, sectorSize, isCompressed} = request;
	const converted = formats.filter(isConverted);
	const sizeMultiple = sizeMultipleFor(converted);
	const disk = await prepareDisk(system, {...request, sizeMultiple}, image, {seed, time}, report);
	for (const format of converted) checkDisk(format, {size: disk.size, sectorSize}, isCompressed);
	return disk;
}

/**
 * Makes a disk once, and every format of it in one pass over that.
 * @param disk of the same request
 * @param outputs get all files, whole
 */
export async function makeDiskImages(
	system: System,
	request: DiskImagesRequest,
	image: FitImage,
	disk: PreparedDisk,
	outputs: OutputFiles,
	report: ProgressReporter,
): Promise<MadeDiskImages> {
	const {formats, name, seed, time, signal, folder, sectorSize, isCompressed} = request;
	const fileOf = (format: OutputFormat) => diskFile(folder, name, format);
	await using scratch = new AsyncDisposableStack();
	const raw = formats.includes('raw')
		? await outputs.add(fileOf('raw'))
		: scratch.use(await UnfinishedFile.make(fileOf('raw')));
	const {plan, content} = await disk.write(raw.path, report);
	for (const {code, message, hint} of plan.warnings) report({type: 'warning', code, message, hint});
	const facts = {
		path: raw.path,
		name,
		size: disk.size,
		sectorSize,
		...{seed, time},
		firmware: disk.firmware === 'bios' ? 'bios' : 'uefi',
	} as const;
	const wanted = formats
		.filter(isConverted)
		.map((format) => ({format, file: fileOf(format), isCompressed}));
	const written =
		wanted.length === 0 ? [] : await writeFormats(system, facts, wanted, outputs, report, signal);
	const made = formats.map((format) => ({
		format,
		file: written.find(({place}) => place === fileOf(format)) ?? raw,
	}));
	const described = {plan, content, image, raw: raw.path, outputs: made, time};
	const descriptions = await describeDisk(
		path.join(folder, name),
		described,
		outputs,
		report,
		signal,
	);
	const files = made.map(({format, file}) => ({
		format,
		path: file.place,
		size: statSync(file.path).size,
	}));
	return {files, descriptions, plan: atPlace(plan, fileOf(formats[0] ?? 'raw'))};
}

/** What was written has a name of its own by then. */
function atPlace(plan: InstallPlan, file: string): InstallPlan {
	const [disk, ...others] = plan.disks;
	return {...plan, disks: [{...disk, path: file, realPath: file}, ...others]};
}
