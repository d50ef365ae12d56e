import {coreRoom, type GrubImages} from './boot-images.ts';
import type {GrubDisk} from './grub-disk.ts';
import {compareGrub, writeGrub} from './write-grub.ts';

/** The GRUB that a BIOS starts, and what is done about it. */
export interface GrubDecision {
	/** The disk that it is on. */
	readonly path: string;
	/** Compared with the image's; `foreign` when it is nowhere that slipway makes. */
	readonly state: 'same' | 'other' | 'foreign';
	/** Whether it is to be as in the image. */
	readonly replace: boolean;
}

/**
 * Makes the GRUB of a disk that of an image; with `dryRun` it only decides. There is no order of its builds, so
 * it follows the image in both directions: the menu is made by the slipway of the same image.
 */
export async function updateGrub(
	{path, partition}: GrubDisk,
	images: GrubImages,
	{dryRun = false}: {dryRun?: boolean} = {},
): Promise<GrubDecision> {
	if (partition.size !== 2 * coreRoom) return {path, state: 'foreign', replace: false};
	const state = await compareGrub(path, images);
	const replace = state === 'other';
	if (replace && !dryRun) await writeGrub(path, partition, images);
	return {path, state, replace};
}
