import {rmSync} from 'node:fs';
import {EngineError, Refused} from '../errors.ts';
import type {System} from '../system/system.ts';
import {listImages, listObjects, type StoredFile} from './contents.ts';
import {emptyFolder} from './empty-folder.ts';
import {objectsOfImage} from './image-objects.ts';
import {imagePath, type StoreLayout} from './layout.ts';

export interface GarbageOptions {
	/** Digests of the images that deployments use: they stay, with all their objects. */
	readonly keepImages: ReadonlySet<string>;
	/** Only tell what would go. */
	readonly dryRun?: boolean;
}

/** What goes, or would go. */
export interface Garbage {
	readonly images: readonly StoredFile[];
	readonly objects: readonly StoredFile[];
	/** Of all of them. */
	readonly bytes: number;
}

/**
 * Removes the images that nothing keeps, and the objects that no kept image uses; waits for writers.
 * Images go first: one that is there has all its objects, also after a power cut.
 * @throws Refused `kept-image-unreadable` when a kept image is missing or damaged; nothing is removed
 */
export async function collectGarbage(
	system: System,
	layout: StoreLayout,
	{keepImages, dryRun = false}: GarbageOptions,
): Promise<Garbage> {
	if (dryRun) return findGarbage(layout, keepImages);
	const unlock = await system.lock(layout.lock);
	try {
		const garbage = findGarbage(layout, keepImages);
		emptyFolder(layout.unfinished);
		for (const image of garbage.images) rmSync(image.path);
		if (garbage.images.length > 0) system.syncFileSystem(layout.images);
		for (const object of garbage.objects) rmSync(object.path);
		return garbage;
	} finally {
		unlock();
	}
}

function findGarbage(layout: StoreLayout, keepImages: ReadonlySet<string>): Garbage {
	const used = new Set<string>();
	for (const digest of keepImages) {
		for (const object of objectsOfKept(layout, digest)) used.add(object);
	}
	const images = listImages(layout).filter(({verityDigest}) => !keepImages.has(verityDigest));
	const objects = [...listObjects(layout)].filter(({verityDigest}) => !used.has(verityDigest));
	const bytes = [...images, ...objects].reduce((sum, {size}) => sum + size, 0);
	return {images, objects, bytes};
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
