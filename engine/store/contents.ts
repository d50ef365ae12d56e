import {existsSync, lstatSync, readdirSync} from 'node:fs';
import {type Digest, isDigest} from '../oci/digest.ts';
import type {StoreLayout} from './layout.ts';

/** A file of the store that is named by its digest. */
export interface StoredFile {
	readonly verityDigest: string;
	readonly path: string;
	/** In bytes. */
	readonly size: number;
}

/** The record of a layer. */
export interface StoredLayer {
	readonly diffId: Digest;
	readonly path: string;
	/** Of the record, in bytes. */
	readonly size: number;
}

/** SHA-256 or SHA-512, which may stand side by side. */
const digestPattern = /^(?:[0-9a-f]{64}|[0-9a-f]{128})$/;

/** Every object, folder by folder; names that are no digests are passed over. */
export function* listObjects(layout: StoreLayout): Generator<StoredFile, undefined> {
	for (const folder of readdirSync(layout.objects).sort()) {
		if (!/^[0-9a-f]{2}$/.test(folder)) continue;
		for (const {name, ...file} of listFiles(`${layout.objects}/${folder}`)) {
			const verityDigest = folder + name;
			if (digestPattern.test(verityDigest)) yield {verityDigest, ...file};
		}
	}
	return undefined;
}

export function listImages(layout: StoreLayout): StoredFile[] {
	return [...listFiles(layout.images)].flatMap(({name, ...file}) =>
		digestPattern.test(name) ? [{verityDigest: name, ...file}] : [],
	);
}

export function listLayers(layout: StoreLayout): StoredLayer[] {
	if (!existsSync(layout.layers)) return [];
	return [...listFiles(layout.layers)].flatMap(({name, ...file}) =>
		isDigest(name) ? [{diffId: name, ...file}] : [],
	);
}

interface ListedFile {
	readonly name: string;
	readonly path: string;
	readonly size: number;
}

function* listFiles(folder: string): Generator<ListedFile, undefined> {
	for (const name of readdirSync(folder).sort()) {
		const path = `${folder}/${name}`;
		const stat = lstatSync(path);
		if (stat.isFile()) yield {name, path, size: stat.size};
	}
	return undefined;
}
