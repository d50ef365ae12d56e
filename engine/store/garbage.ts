import {existsSync, rmSync} from 'node:fs';
import {EngineError, Refused} from '../errors.ts';
import type {System} from '../system/system.ts';
import {ContentIndex} from './content-index.ts';
import {
	listImages,
	listLayers,
	listObjects,
	type StoredFile,
	type StoredLayer,
} from './contents.ts';
import {emptyFolder} from './empty-folder.ts';
import {objectsOfImage} from './image-objects.ts';
import {objectsOfLayer} from './layer-objects.ts';
import {contentIndexPath, imagePath, objectPath, type StoreLayout} from './layout.ts';

export interface GarbageOptions {
	/** Digests of the images that deployments use: they stay, with all their objects. */
	readonly keepImages: ReadonlySet<string>;
	/**
	 * Diff IDs of the layers that deployments were made of: their records stay, with all their objects;
	 * none when absent. A damaged record goes all the same, since nobody can tell what it needs.
	 */
	readonly keepLayers?: ReadonlySet<string>;
	/** Only tell what would go. */
	readonly dryRun?: boolean;
}

/** What goes, or would go. */
export interface Garbage {
	readonly images: readonly StoredFile[];
	/** Records of layers. */
	readonly layers: readonly StoredLayer[];
	readonly objects: readonly StoredFile[];
	/** Of all of them. */
	readonly bytes: number;
}

/**
 * Removes the images and records that nothing keeps, and the objects that no kept one uses; waits for
 * writers. Images and records go first: one that is there has all its objects, also after a power cut.
 * @throws Refused `kept-image-unreadable` when a kept image is missing or damaged; nothing is removed
 */
export async function collectGarbage(
	system: System,
	layout: StoreLayout,
	{dryRun = false, ...keep}: GarbageOptions,
): Promise<Garbage> {
	if (dryRun) return findGarbage(layout, keep);
	const unlock = await system.lock(layout.lock);
	try {
		const garbage = findGarbage(layout, keep);
		emptyFolder(layout.unfinished);
		const users = [...garbage.images, ...garbage.layers];
		for (const user of users) rmSync(user.path);
		if (users.length > 0) system.syncFileSystem(layout.images);
		for (const object of garbage.objects) rmSync(object.path);
		if (garbage.objects.length > 0) compactIndexes(layout);
		return garbage;
	} finally {
		unlock();
	}
}

function compactIndexes(layout: StoreLayout): void {
	for (const algorithm of ['sha256', 'sha512'] as const)
		new ContentIndex(contentIndexPath(layout, algorithm), algorithm).compact(
			(verityDigest) => existsSync(objectPath(layout, verityDigest)),
			`${layout.unfinished}/partial-content-index`,
		);
}

function findGarbage(
	layout: StoreLayout,
	{keepImages, keepLayers = new Set()}: Omit<GarbageOptions, 'dryRun'>,
): Garbage {
	const used = new Set<string>();
	const use = (objects: Iterable<string>) => {
		for (const object of objects) used.add(object);
	};
	for (const digest of keepImages) use(objectsOfKept(layout, digest));
	const layers: StoredLayer[] = [];
	for (const layer of listLayers(layout)) {
		const objects = keepLayers.has(layer.diffId) ? objectsOfLayer(layer) : undefined;
		if (objects === undefined) layers.push(layer);
		else use(objects.keys());
	}
	const images = listImages(layout).filter(({verityDigest}) => !keepImages.has(verityDigest));
	const objects = [...listObjects(layout)].filter(({verityDigest}) => !used.has(verityDigest));
	const bytes = [...images, ...layers, ...objects].reduce((sum, {size}) => sum + size, 0);
	return {images, layers, objects, bytes};
}

function objectsOfKept(layout: StoreLayout, digest: string): Set<string> {
	try {
		return objectsOfImage(imagePath(layout, digest), digest);
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (!isMissing && !(error instanceof EngineError)) throw error;
		const problem = isMissing ? 'missing' : 'damaged';
		throw new Refused('kept-image-unreadable', `image ${digest}, which is in use, is ${problem}`, {
			hint: 'Run `slipway verify`; without that image nobody can tell what is still needed.',
			cause: error,
		});
	}
}
