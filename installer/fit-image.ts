/** Reads an image that makes a machine, or says why this one makes none. */
import {Refused} from '../engine/errors.ts';
import type {Architecture} from './architecture.ts';
import {findImageRefusals} from './image-refusals.ts';
import {type InstallFiles, readInstallFiles} from './install-files.ts';
import type {ReadableImage} from './readable-image.ts';
import {throwRefusals} from './several-refusals.ts';

/** The image's files for an installation. @throws Refused with all that speaks against the image */
export async function readFitImage(
	{tree, view, visible}: Omit<ReadableImage, 'environment'>,
	architecture: Architecture,
): Promise<InstallFiles> {
	const [files, refusals] = await Promise.all([
		readInstallFiles(view, architecture).catch(refusedAsValue),
		findImageRefusals(visible, tree.root),
	]);
	if (!(files instanceof Refused)) {
		throwRefusals(refusals);
		return files;
	}
	throwRefusals([files, ...refusals]);
	throw files;
}

function refusedAsValue(error: unknown): Refused {
	if (error instanceof Refused) return error;
	throw error;
}
