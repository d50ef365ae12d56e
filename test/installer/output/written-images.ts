import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {type DiskFormatName, diskFormats} from '../../../installer/output/formats/formats.ts';
import type {RawDisk} from '../../../installer/output/write-formats.ts';
import {writeInPlace} from './write-in-place.ts';

const {signal} = new AbortController();

/** Writes a disk in one pass, beside it unless said otherwise, and gives the files by their formats. */
export async function writtenImages(
	disk: RawDisk,
	formats: readonly DiskFormatName[],
	{folder = path.dirname(disk.path), isCompressed}: {folder?: string; isCompressed?: boolean} = {},
): Promise<Readonly<Record<string, string>>> {
	const outputs = formats.map((format) => ({
		format,
		file: path.join(folder, `image${diskFormats[format].suffix}`),
		isCompressed,
	}));
	await writeInPlace(hostSystem(), disk, outputs, noProgress, signal);
	return Object.fromEntries(outputs.map(({format, file}) => [format, file]));
}

/** A new folder in another. */
export function folderIn(folder: string, name: string): string {
	const made = path.join(folder, name);
	mkdirSync(made);
	return made;
}
