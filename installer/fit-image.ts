/** Reads an image that makes a machine, or says why this one makes none. */
import {Refused} from '../engine/errors.ts';
import {ImageRoot} from '../engine/lint/image-root.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import type {RunningRoot} from '../engine/source/running-root.ts';
import {readMountPoints} from '../engine/system/mount-points.ts';
import type {Architecture} from './architecture.ts';
import {throwRefusals} from './disk/refusals.ts';
import {findImageRefusals} from './image-refusals.ts';
import {type InstallFiles, readInstallFiles} from './install-files.ts';

/** The image's files for an installation. @throws Refused with all that speaks against the image */
export async function readFitImage(
	{path, tree}: RunningRoot,
	architecture: Architecture,
): Promise<InstallFiles> {
	const [files, refusals] = await Promise.all([
		readInstallFiles(path, architecture).catch(refusedAsValue),
		findImageRefusals(visibleRoot(path), tree.root),
	]);
	if (!(files instanceof Refused)) {
		throwRefusals(refusals);
		return files;
	}
	throwRefusals([files, ...refusals]);
	throw files;
}

/** A live system has changed what it shows: its keys are no keys of the image. */
function visibleRoot(path: string): ImageRoot {
	return isLiveSystem() ? new ImageRoot(path) : new ImageRoot('/', new Set(readMountPoints()));
}

function refusedAsValue(error: unknown): Refused {
	if (error instanceof Refused) return error;
	throw error;
}
