import {open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {syncFolder, unfinishedSuffix} from '../../engine/system/durable-file.ts';

/**
 * Has a file written under a temporary name beside its place, where it appears when it is whole and on the medium.
 * @param write makes the file, which is not there
 */
export async function writeWhole(
	place: string,
	write: (file: string) => Promise<void>,
): Promise<void> {
	const unfinished = place + unfinishedSuffix;
	await rm(unfinished, {force: true});
	try {
		await write(unfinished);
		{
			await using handle = await open(unfinished, 'r');
			await handle.sync();
		}
		await rename(unfinished, place);
	} catch (error) {
		await rm(unfinished, {force: true});
		throw error;
	}
	await syncFolder(path.dirname(place));
}
