import {existsSync, mkdirSync, renameSync} from 'node:fs';
import type {Digest} from '../oci/digest.ts';
import type {FsVerityAlgorithm, System} from '../system/system.ts';
import {
	imagePath,
	layerPath,
	objectPath,
	type StoreLayout,
	unfinishedImagePath,
	unfinishedLayerPath,
	unfinishedPath,
} from './layout.ts';

/** Whether the kernel checks objects whenever they are read. */
export type VerityState = 'enforced' | 'unavailable';

/** What is to become visible, by digest. */
export interface Publication {
	readonly objects: ReadonlySet<string>;
	readonly images: ReadonlySet<string>;
	/** By diff ID. */
	readonly layers: ReadonlySet<Digest>;
	/** Objects and images that are visible already, and have to be as well protected as the new ones. */
	readonly presentFiles: Iterable<string>;
}

/**
 * Makes unfinished contents visible. At a power cut a name under objects/ has its whole content, and
 * one under images/ or layers/ all of its objects: each step is on the medium before the next begins,
 * and one sync serves all files of a step. The record of a layer has a hash in it instead of fs-verity.
 */
export async function publish(
	system: System,
	layout: StoreLayout,
	{objects, images, layers, presentFiles}: Publication,
	verity: {
		readonly state: VerityState;
		readonly algorithm: FsVerityAlgorithm;
	},
): Promise<void> {
	const sync = () => system.syncFileSystem(layout.unfinished);
	if (objects.size + images.size + layers.size > 0) sync();
	if (verity.state === 'enforced') {
		await system.enableVerityOnAll(presentFiles, verity.algorithm);
		await system.enableVerityOnAll(unfinishedFiles(layout, objects, images), verity.algorithm);
		if (objects.size + images.size > 0) sync();
	}
	if (objects.size > 0) {
		renameObjects(layout, objects);
		sync();
	}
	if (images.size + layers.size > 0) {
		mkdirSync(layout.layers, {recursive: true, mode: 0o755});
		for (const diffId of layers)
			renameSync(unfinishedLayerPath(layout, diffId), layerPath(layout, diffId));
		for (const digest of images)
			renameSync(unfinishedImagePath(layout, digest), imagePath(layout, digest));
		sync();
	}
}

function* unfinishedFiles(
	layout: StoreLayout,
	objects: ReadonlySet<string>,
	images: ReadonlySet<string>,
): Generator<string, undefined> {
	for (const digest of objects) yield unfinishedPath(layout, digest);
	for (const digest of images) yield unfinishedImagePath(layout, digest);
	return undefined;
}

/** A folder that the store lacks is moved whole: one rename for all in it. */
function renameObjects(layout: StoreLayout, objects: ReadonlySet<string>): void {
	const moved = new Map<string, boolean>();
	for (const digest of objects) {
		const folder = digest.slice(0, 2);
		const isMoved = moved.get(folder) ?? moveFolder(layout, folder);
		moved.set(folder, isMoved);
		if (!isMoved) renameSync(unfinishedPath(layout, digest), objectPath(layout, digest));
	}
}

function moveFolder(layout: StoreLayout, folder: string): boolean {
	if (existsSync(`${layout.objects}/${folder}`)) return false;
	renameSync(`${layout.unfinished}/${folder}`, `${layout.objects}/${folder}`);
	return true;
}
