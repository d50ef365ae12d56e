import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {ImageOptions} from '../../../engine/erofs/writer.ts';

const folder = path.join(import.meta.dirname, '../../fixtures/composefs');

/** What a real tool made of a dump. */
export interface Expected {
	readonly options: ImageOptions;
	readonly size: number;
	readonly sha256: string;
	readonly verityDigest: string;
}

export interface Vector {
	readonly name: string;
	readonly dump: Buffer;
	readonly images: readonly Expected[];
}

interface Recorded {
	readonly size: number;
	readonly sha256: string;
	readonly fsverity_sha256?: string;
	readonly fsverity_sha512?: string;
}

const variants: Readonly<Record<string, ImageOptions['version']>> = {default: 'auto', v0: 0, v1: 1};

function expectations(
	flavour: ImageOptions['flavour'],
	recorded: Readonly<Record<string, Recorded>> = {},
): Expected[] {
	return Object.entries(variants).flatMap(([variant, version]) => {
		const image = recorded[variant];
		if (image === undefined) return [];
		const {size, sha256} = image;
		const verityDigest = image.fsverity_sha512 ?? image.fsverity_sha256 ?? '';
		return [{options: {flavour, version}, size, sha256, verityDigest}];
	});
}

/** The dumps of test/fixtures/composefs with what mkcomposefs and composefs-rs made of them. */
export function readVectors(): Vector[] {
	const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
	return index.vectors.map(
		(vector: {
			dump: string;
			mkcomposefs_1_0_8?: Record<string, Recorded>;
			composefs_rs_0_9_0?: Record<string, Recorded>;
		}) => ({
			name: vector.dump.replace('.dump', ''),
			dump: readFileSync(path.join(folder, vector.dump)),
			images: [
				...expectations('c', vector.mkcomposefs_1_0_8),
				...expectations('rs', vector.composefs_rs_0_9_0),
			],
		}),
	);
}

export function readVector(name: string): Buffer {
	return readFileSync(path.join(folder, `${name}.dump`));
}

/** Rows of path, nid, number, format, mode in octal, size, location, links and xattr count. */
export type LayoutRow = [string, number, number, number, string, number, number, number, number];

export function readLayouts(): Record<string, Record<string, LayoutRow[]>> {
	const {_, ...layouts} = JSON.parse(readFileSync(path.join(folder, 'layouts.json'), 'utf8'));
	return layouts;
}
