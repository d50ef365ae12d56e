/** What goes beside disk images: a manifest of the disk, and a bill of materials of its image. */
import {createHash} from 'node:crypto';
import {createReadStream, statSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {formatSpdx} from '../../engine/packages/spdx/spdx-document.ts';
import type {FitImage} from '../prepare-install.ts';
import type {PlannedContent} from '../run-plan.ts';
import {imageSbom, sbomName} from './image-sbom.ts';
import {diskManifest, hashContent, type OutputFile} from './manifest/disk-manifest.ts';
import {type DiskManifest, formatManifest} from './manifest/manifest.ts';
import {manifestName} from './manifest/read-manifest.ts';
import {isConverted, type OutputFormat} from './output-format.ts';
import {writeWhole} from './write-whole.ts';

export interface DescribedDisk extends PlannedContent {
	readonly image: FitImage;
	/** The disk itself. */
	readonly raw: string;
	readonly files: readonly {readonly format: OutputFormat; readonly path: string}[];
	readonly time: Date;
}

/** @param name of the files, with their folder, before any suffix. @returns where it was written */
export async function describeDisk(name: string, disk: DescribedDisk): Promise<string[]> {
	const {plan, content, image, files, time} = disk;
	const outputs: OutputFile[] = [];
	for (const file of files) outputs.push(await outputOf(file));
	const hashed = await hashContent(content, plan);
	const manifest = diskManifest(plan, hashed, outputs, await bootCodeOf(disk));
	const sbom = await imageSbom(image.view, plan.image, time);
	const texts = [
		[manifestName(name), formatManifest(manifest)],
		[sbomName(name), formatSpdx(sbom)],
	] as const;
	for (const [place, text] of texts) await writeWhole(place, (file) => writeFile(file, text));
	return texts.map(([place]) => place);
}

async function outputOf({format, path: file}: DescribedDisk['files'][number]): Promise<OutputFile> {
	const {size} = statSync(file);
	const known = {file: path.basename(file), format, size};
	return isConverted(format) ? {...known, sha256: await sha256(file)} : known;
}

/** What lies in no file system: the beginning of the disk, and the partition that a BIOS starts. */
async function bootCodeOf({plan, raw}: DescribedDisk): Promise<DiskManifest['bootCode']> {
	const {biosBoot} = plan.disks[0].layout;
	if (biosBoot === undefined) return [];
	const stretches = [
		{what: 'boot sector of GRUB', start: 0, size: bootCodeLength},
		{what: 'core image of GRUB', start: biosBoot.start, size: biosBoot.size},
	];
	const code: NonNullable<DiskManifest['bootCode']> = [];
	for (const stretch of stretches) {
		const {start, size} = stretch;
		code.push({...stretch, sha256: await sha256(raw, {start, end: start + size - 1})});
	}
	return code;
}

/** Behind it a master boot record has the disk's signature and its table. */
const bootCodeLength = 440;

async function sha256(file: string, part: {start?: number; end?: number} = {}): Promise<string> {
	const hash = createHash('sha256');
	for await (const piece of createReadStream(file, {...part, highWaterMark: 1 << 20}))
		hash.update(piece);
	return hash.digest('hex');
}
