import path from 'node:path';
import type {MediumImages} from '../../engine/boot/grub/medium-images.ts';
import {findMediumGrub} from '../../engine/boot/grub/read-images.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {hostArchitecture} from '../architecture.ts';
import {biosProblems, type Firmware, startsByBios} from '../disk/firmware.ts';
import {orInterrupted} from '../interruption.ts';
import {refuseMissingLive} from '../live/live-files.ts';
import {
	givenArguments,
	type LiveSettings,
	liveFiles,
	writeLiveMedium,
} from '../live/live-medium.ts';
import {mediumEffect} from '../live/medium-effect.ts';
import type {FitImage} from '../prepare-install.ts';
import type {ImageMoment} from './image-moment.ts';
import {writeIso} from './iso/write-iso.ts';
import {makeOutputFolder} from './output-folder.ts';
import {writeWhole} from './write-whole.ts';

/** What a live system is booted from. */
export const liveFormats = ['iso', 'pxe'] as const;
export type LiveFormat = (typeof liveFormats)[number];

export interface LiveMediaRequest extends LiveSettings, ImageMoment {
	readonly formats: readonly LiveFormat[];
	readonly folder: string;
	/** Of the ISO, without its suffix. */
	readonly name: string;
	/** What starts the ISO; UEFI when undefined. */
	readonly firmware: Firmware | undefined;
	/** Where machines that are installed get their updates; otherwise as the image says. */
	readonly targetImage: string | undefined;
	readonly signal: AbortSignal;
}

/** Makes live media of an image; what it is compressed to serves all of them. @returns their paths */
export async function makeLiveMedia(
	system: System,
	{formats, folder, name, firmware = 'uefi', targetImage, signal, ...settings}: LiveMediaRequest,
	image: FitImage,
	report: ProgressReporter,
): Promise<string[]> {
	if (formats.length === 0) return [];
	const environment = targetImage === undefined ? image.environment : `image="${targetImage}"\n`;
	const medium = {...image, environment};
	const {config, kernelArguments} = settings;
	if (config !== undefined) refuseMissingLive(config.imageFiles, config.name, image.tree.root);
	const commandLine = [...givenArguments(image), ...kernelArguments].join(' ');
	const {mark, text} = mediumEffect(commandLine, config?.effect);
	const message = `the medium ${text}`;
	if (mark !== undefined) report({type: 'warning', code: 'unattended-medium', message});
	const grub = startsByBios(firmware) ? await grubOf(image) : undefined;
	const made: string[] = [];
	try {
		makeOutputFolder(folder);
		if (formats.includes('pxe')) {
			await writeLiveMedium(system, medium, folder, report, signal, settings);
			made.push(...Object.values(liveFiles).map((file) => path.join(folder, file)));
		}
		if (formats.includes('iso')) {
			const {efi} = hostArchitecture();
			const file = path.join(folder, `${name}.iso`);
			const rootImage = made.length > 0 ? path.join(folder, liveFiles.image) : undefined;
			const options = {...settings, efi, firmware, grub, rootImage};
			await writeWhole(file, async (unfinished) =>
				writeIso(system, medium, options, unfinished, report, signal),
			);
			made.push(file);
		}
		return made;
	} catch (error) {
		throw orInterrupted(error, signal, `no medium was finished in ${folder}`);
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
