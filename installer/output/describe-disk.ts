/** What goes beside disk images: a manifest of the disk, and a bill of materials of its image. */
import {statSync} from 'node:fs';
import path from 'node:path';
import {formatSpdx} from '../../engine/packages/spdx/spdx-document.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {FitImage} from '../prepare-install.ts';
import type {PlannedContent} from '../run-plan.ts';
import {fileDigest} from './file-digest.ts';
import {imageSbom, sbomName} from './image-sbom.ts';
import {diskManifest, hashContent, type OutputFile} from './manifest/disk-manifest.ts';
import {type DiskManifest, formatManifest} from './manifest/manifest.ts';
import {manifestName} from './manifest/read-manifest.ts';
import type {OutputFiles} from './output-files.ts';
import {isConverted, type OutputFormat} from './output-format.ts';
import type {UnfinishedFile} from './unfinished-file.ts';

export interface DescribedDisk extends PlannedContent {
	readonly image: FitImage;
	/** The disk itself. */
	readonly raw: string;
	readonly outputs: readonly {readonly format: OutputFormat; readonly file: UnfinishedFile}[];
	readonly time: Date;
}

/** What describes an output that is called so, with its folder: the manifest comes last. */
export function descriptionsOf(name: string): readonly [sbom: string, manifest: string] {
	return [sbomName(name), manifestName(name)];
}

/**
 * Adds them to files that are all whole.
 * @returns where they will be
 * @throws OperationFailed `disk-full`; whatever the signal was aborted with
 */
export async function describeDisk(
	name: string,
	disk: DescribedDisk,
	files: OutputFiles,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<readonly string[]> {
	const {plan, content, image, time} = disk;
	report({type: 'step', step: 'describe', title: 'Writing the manifest'});
	const outputs: OutputFile[] = [];
	for (const output of disk.outputs) outputs.push(await outputOf(output, signal));
	const hashed = await hashContent(content, plan);
	const manifest = diskManifest(plan, hashed, outputs, await bootCodeOf(disk, signal));
	const {reference, manifestDigest, verityDigest: digest} = plan.image;
	const sbom = await imageSbom(image.view, {reference, manifestDigest, digest}, time);
	const places = descriptionsOf(name);
	const [sbomPlace, manifestPlace] = places;
	await files.addText(sbomPlace, formatSpdx(sbom));
	await files.addText(manifestPlace, formatManifest(manifest));
	report({type: 'done', step: 'describe'});
	return places;
}

async function outputOf(
	{format, file}: DescribedDisk['outputs'][number],
	signal: AbortSignal,
): Promise<OutputFile> {
	const {size} = statSync(file.path);
	const known = {file: path.basename(file.place), format, size};
	return isConverted(format) ? {...known, sha256: await fileDigest(file.path, signal)} : known;
}

/** What lies in no file system: the beginning of the disk, and the partition that a BIOS starts. */
async function bootCodeOf(
	{plan, raw}: DescribedDisk,
	signal: AbortSignal,
): Promise<DiskManifest['bootCode']> {
	const {biosBoot} = plan.disks[0].layout;
	if (biosBoot === undefined) return [];
	const stretches = [
		{what: 'boot sector of GRUB', start: 0, size: bootCodeLength},
		{what: 'core image of GRUB', start: biosBoot.start, size: biosBoot.size},
	];
	const code: NonNullable<DiskManifest['bootCode']> = [];
	for (const stretch of stretches) {
		const {start, size} = stretch;
		const part = {start, end: start + size - 1};
		code.push({...stretch, sha256: await fileDigest(raw, signal, {part})});
	}
	return code;
}

/** Behind it a master boot record has the disk's signature and its table. */
const bootCodeLength = 440;
