import {statSync} from 'node:fs';
import path from 'node:path';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {orInterrupted} from '../interruption.ts';
import type {InstallPlan} from '../plan.ts';
import type {FitImage} from '../prepare-install.ts';
import {describeDisk} from './describe-disk.ts';
import {checkDisk} from './formats/check-disk.ts';
import {sizeMultipleFor} from './formats/formats.ts';
import type {ImageMoment} from './image-moment.ts';
import {type DiskImageOptions, prepareDisk} from './make-disk.ts';
import {makeOutputFolder} from './output-folder.ts';
import {isConverted, type OutputFormat, suffixOf} from './output-format.ts';
import {UnfinishedFile} from './unfinished-file.ts';
import {writeFormats} from './write-formats.ts';

export interface DiskImagesRequest extends Omit<DiskImageOptions, 'sizeMultiple'>, ImageMoment {
	/** Where the files go; made when it is not there. */
	readonly folder: string;
	/** Of the files, before the suffix. */
	readonly name: string;
	readonly formats: readonly OutputFormat[];
	/** As each format is without it when undefined. */
	readonly isCompressed: boolean | undefined;
}

export interface MadeDiskImages {
	readonly files: readonly MadeFile[];
	/** Manifest and bill of materials. */
	readonly descriptions: readonly string[];
	/** What is on the disk; undefined when no disk was made. */
	readonly plan: InstallPlan | undefined;
}

export interface MadeFile {
	readonly format: OutputFormat;
	readonly path: string;
	/** Bytes of the file, holes included. */
	readonly size: number;
}

/**
 * Makes a disk once, and every format of it in one pass over that. Files appear when they are whole, onto others of
 * their names.
 * @throws Refused or Lacking before anything is written, and see {@link prepareDisk}
 */
export async function makeDiskImages(
	system: System,
	request: DiskImagesRequest,
	image: FitImage,
	report: ProgressReporter,
): Promise<MadeDiskImages> {
	const {formats, name, seed, time, signal, folder, sectorSize, isCompressed} = request;
	if (formats.length === 0) return {files: [], descriptions: [], plan: undefined};
	const moment = {seed, time};
	const converted = formats.filter(isConverted);
	const sizeMultiple = sizeMultipleFor(converted);
	const disk = await prepareDisk(system, {...request, sizeMultiple}, image, moment, report);
	const {size} = disk;
	for (const format of converted) checkDisk(format, {size, sectorSize}, isCompressed);
	const fileOf = (format: OutputFormat) => path.join(folder, `${name}${suffixOf(format)}`);
	try {
		makeOutputFolder(folder);
		await using raw = await UnfinishedFile.make(fileOf('raw'));
		const {plan, content} = await disk.write(raw.path, report);
		for (const {code, message, hint} of plan.warnings)
			report({type: 'warning', code, message, hint});
		const facts = {
			path: raw.path,
			name,
			size,
			sectorSize,
			...moment,
			firmware: disk.firmware === 'bios' ? 'bios' : 'uefi',
		} as const;
		const outputs = converted.map((format) => ({format, file: fileOf(format), isCompressed}));
		await writeFormats(system, facts, outputs, report, signal);
		const isKept = formats.includes('raw');
		if (isKept) {
			await raw.sync();
			await raw.putInPlace();
		}
		const rawFile = isKept ? raw.place : raw.path;
		const files = formats.map((format) => madeFile(format, fileOf(format)));
		const described = {plan, content, image, raw: rawFile, files, time};
		const descriptions = await describeDisk(path.join(folder, name), described);
		return {files, descriptions, plan};
	} catch (error) {
		throw orInterrupted(error, signal, `nothing was left in ${folder}`);
	}
}

const madeFile = (format: OutputFormat, file: string): MadeFile => ({
	format,
	path: file,
	size: statSync(file).size,
});
