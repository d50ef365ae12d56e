import {statSync} from 'node:fs';
import type {InstalledPackages} from '../packages/package-versions.ts';
import {readPackages} from '../packages/read-packages.ts';
import {objectSizes} from '../store/image-objects.ts';
import type {Store} from '../store/store.ts';
import {readImageTree, treeReader} from '../store/stored-image.ts';

/** What an image holds, as far as people ask how it differs from another. */
export interface Inventory {
	/** Bytes that the image and its objects have in the store. */
	readonly size: number;
	/** Undefined when the image has no package database that slipway can read. */
	readonly packages: InstalledPackages | undefined;
}

/**
 * Looks through an image of the store, of which nothing need be mounted: a package database in /var is
 * the machine's own once the image runs.
 * @param verityDigest of the image, in hex
 * @throws DamagedInput when the image or a file of it is missing or damaged
 */
export async function takeInventory(
	store: Pick<Store, 'imagePath' | 'objectPath'>,
	verityDigest: string,
): Promise<Inventory> {
	const root = readImageTree(store, verityDigest);
	const objects = [...objectSizes(root).values()].reduce((sum, size) => sum + size, 0);
	return {
		size: statSync(store.imagePath(verityDigest)).size + objects,
		packages: await readPackages(treeReader(store, root)),
	};
}
