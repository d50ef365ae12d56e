import {lstatSync, readdirSync} from 'node:fs';
import type {StoreLayout} from './layout.ts';

/** A file of the store that is named by its digest. */
export interface StoredFile {
	readonly verityDigest: string;
	readonly path: string;
	/** In bytes. */
	readonly size: number;
}

/** SHA-256 or SHA-512, which may stand side by side. */
const digestPattern = /^(?:[0-9a-f]{64}|[0-9a-f]{128})$/;

/** Every object, folder by folder; names that are no digests are passed over. */
export function* listObjects(layout: StoreLayout): Generator<StoredFile, undefined> {
	for (const folder of readdirSync(layout.objects).sort()) {
		if (!/^[0-9a-f]{2}$/.test(folder)) continue;
		yield* listFolder(`${layout.objects}/${folder}`, folder);
	}
	return undefined;
}

export function listImages(layout: StoreLayout): StoredFile[] {
	return [...listFolder(layout.images, '')];
}

function* listFolder(folder: string, prefix: string): Generator<StoredFile, undefined> {
	for (const name of readdirSync(folder).sort()) {
		if (!digestPattern.test(prefix + name)) continue;
		const path = `${folder}/${name}`;
		const stat = lstatSync(path);
		if (stat.isFile()) yield {verityDigest: prefix + name, path, size: stat.size};
	}
	return undefined;
}
