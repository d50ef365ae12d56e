import {rmSync} from 'node:fs';
import path from 'node:path';
import type {MediumImages} from '../../engine/boot/grub/medium-images.ts';
import {findMediumGrub} from '../../engine/boot/grub/read-images.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {unfinishedSuffix} from '../../engine/system/durable-file.ts';
import type {System} from '../../engine/system/system.ts';
import {hostArchitecture} from '../architecture.ts';
import {biosProblems, type Firmware, startsByBios} from '../disk/firmware.ts';
import {refuseMissingLive} from '../live/live-files.ts';
import {
	givenArguments,
	type LiveSettings,
	liveFiles,
	writeLiveMedium,
} from '../live/live-medium.ts';
import {mediumEffect} from '../live/medium-effect.ts';
import type {FitImage} from '../prepare-install.ts';
import {checkMediaPrograms} from '../programs.ts';
import {descriptionsOf} from './describe-disk.ts';
import {describeMedium} from './describe-media.ts';
import type {ImageMoment} from './image-moment.ts';
import {writeIso} from './iso/write-iso.ts';
import type {OutputFiles} from './output-files.ts';
import {makeScratch} from './scratch.ts';
import type {UnfinishedFile} from './unfinished-file.ts';

/** What a live system is booted from. */
export const liveFormats = ['iso', 'pxe'] as const;
export type LiveFormat = (typeof liveFormats)[number];

export interface LiveMediaRequest extends LiveSettings, ImageMoment {
	readonly formats: readonly LiveFormat[];
	/** Where the files go, which is there. */
	readonly folder: string;
	/** Of the ISO, without its suffix. */
	readonly name: string;
	/** What starts the ISO; UEFI when undefined. */
	readonly firmware: Firmware | undefined;
	/** Where machines that are installed get their updates; otherwise as the image says. */
	readonly targetImage: string | undefined;
	readonly signal: AbortSignal;
}

/** Where the files of live media go. */
export function mediaFiles({
	formats,
	folder,
	name,
}: Pick<LiveMediaRequest, 'formats' | 'folder' | 'name'>): string[] {
	return [
		...(formats.includes('pxe') ? Object.values(liveFiles) : []),
		...(formats.includes('iso') ? [`${name}.iso`] : []),
	].map((file) => path.join(folder, file));
}

/** Where what describes them goes. */
export function mediaDescriptions(
	request: Pick<LiveMediaRequest, 'formats' | 'folder' | 'name'>,
): string[] {
	return request.formats.flatMap((format) => descriptionsOf(placeOf(request, format)));
}

/** A folder for network boots is called after none of its files. */
function placeOf(
	{folder, name}: Pick<LiveMediaRequest, 'folder' | 'name'>,
	format: LiveFormat,
): string {
	return path.join(folder, format === 'iso' ? `${name}.iso` : format);
}

/** @throws Lacking `missing-program` where live media cannot be made */
export function checkLiveMedia(formats: readonly LiveFormat[]): void {
	if (formats.length > 0) checkMediaPrograms();
}

/**
 * Makes live media of an image, and what describes them; what the image is compressed to serves all of them.
 * @param outputs get all files, whole
 */
export async function makeLiveMedia(
	system: System,
	request: LiveMediaRequest,
	image: FitImage,
	outputs: OutputFiles,
	report: ProgressReporter,
): Promise<void> {
	const {formats, folder, name, firmware = 'uefi', targetImage, signal, ...settings} = request;
	if (formats.length === 0) return;
	const environment = targetImage === undefined ? image.environment : `image="${targetImage}"\n`;
	const medium = {...image, environment};
	const {config, kernelArguments} = settings;
	if (config !== undefined) refuseMissingLive(config.imageFiles, config.name, image.tree.root);
	const commandLine = [...givenArguments(image), ...kernelArguments];
	const {mark, text} = mediumEffect(commandLine.join(' '), config?.effect);
	const message = `the medium ${text}`;
	if (mark !== undefined) report({type: 'warning', code: 'unattended-medium', message});
	const grub = startsByBios(firmware) ? await grubOf(image) : undefined;
	const made = new Map<LiveFormat, UnfinishedFile[]>();
	let rootImage: string | undefined;
	if (formats.includes('pxe')) {
		const scratch = await makeScratch(path.join(folder, `pxe${unfinishedSuffix}`));
		try {
			await writeLiveMedium(system, medium, scratch, report, signal, settings);
			const taken: UnfinishedFile[] = [];
			for (const file of Object.values(liveFiles)) {
				const one = await outputs.take(path.join(scratch, file), path.join(folder, file));
				if (file === liveFiles.image) rootImage = one.path;
				taken.push(one);
			}
			made.set('pxe', taken);
		} finally {
			rmSync(scratch, {recursive: true});
		}
	}
	if (formats.includes('iso')) {
		const {efi} = hostArchitecture();
		const iso = await outputs.add(path.join(folder, `${name}.iso`));
		const options = {...settings, efi, firmware, grub, rootImage};
		await writeIso(system, medium, options, iso.path, report, signal);
		made.set('iso', [iso]);
	}
	for (const [format, files] of made) {
		const {time} = settings;
		const described = {format, files, time, kernelArguments: commandLine, effect: text};
		const place = placeOf(request, format);
		await describeMedium({...described, place, image: medium}, outputs, report, signal);
	}
}

/** @throws Refused `no-bios`, Lacking `no-grub` */
async function grubOf({view}: FitImage): Promise<MediumImages> {
	const [problem] = biosProblems({
		firmware: 'bios',
		architecture: hostArchitecture().partition,
		sectorSizes: [],
		isShared: false,
	});
	if (problem !== undefined) throw problem;
	return await findMediumGrub(view);
}
