import {rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import path from 'node:path';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {hostArchitecture} from '../architecture.ts';
import {type LiveSettings, liveFiles, writeLiveMedium} from '../live/live-medium.ts';
import type {FitImage} from '../prepare-install.ts';
import {checkMediaPrograms} from '../programs.ts';
import type {ImageMoment} from './image-moment.ts';
import {writeIso} from './iso/write-iso.ts';
import type {OutputFiles} from './output-files.ts';

/** What a live system is booted from. */
export const liveFormats = ['iso', 'pxe'] as const;
export type LiveFormat = (typeof liveFormats)[number];

export interface LiveMediaRequest extends LiveSettings, ImageMoment {
	readonly formats: readonly LiveFormat[];
	/** Where the files go, which is there. */
	readonly folder: string;
	/** Of the ISO, without its suffix. */
	readonly name: string;
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

/** @throws Lacking `missing-program` where live media cannot be made */
export function checkLiveMedia(formats: readonly LiveFormat[]): void {
	if (formats.length > 0) checkMediaPrograms();
}

/**
 * Makes live media of an image; what it is compressed to serves all of them.
 * @param outputs get all files, whole
 * @returns where they will be
 */
export async function makeLiveMedia(
	system: System,
	request: LiveMediaRequest,
	image: FitImage,
	outputs: OutputFiles,
	report: ProgressReporter,
): Promise<string[]> {
	const {formats, folder, name, targetImage, signal, ...settings} = request;
	if (formats.length === 0) return [];
	const environment = targetImage === undefined ? image.environment : `image="${targetImage}"\n`;
	const medium = {...image, environment};
	let rootImage: string | undefined;
	if (formats.includes('pxe')) {
		const scratch = await mkdtemp(path.join(folder, '.slipway-'));
		try {
			await writeLiveMedium(system, medium, scratch, report, signal, settings);
			for (const file of Object.values(liveFiles)) {
				const taken = await outputs.take(path.join(scratch, file), path.join(folder, file));
				if (file === liveFiles.image) rootImage = taken.path;
			}
		} finally {
			rmSync(scratch, {recursive: true});
		}
	}
	if (formats.includes('iso')) {
		const {efi} = hostArchitecture();
		const iso = await outputs.add(path.join(folder, `${name}.iso`));
		await writeIso(system, medium, {...settings, efi, rootImage}, iso.path, report, signal);
	}
	return mediaFiles(request);
}
