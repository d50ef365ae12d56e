import {constants} from 'node:fs';
import {chmod, copyFile, mkdir, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';

/** What a file is to hold: bytes, text (written as UTF-8), or a copy of another file. */
export type FileContent = string | Uint8Array | {readonly copyOf: string | Buffer};

/** Ends the names of files that are not finished; what has it is left over from a crash. */
export const unfinishedSuffix = '.slipway-new';

/**
 * Replaces a file so that after a crash it holds the old content or the new, whole: a temporary name
 * beside it, fsync, rename, fsync of what has the name now and of the folder. Missing folders are made. Two writers of the same
 * file at once are the caller's to prevent.
 */
export async function replaceFile(
	file: string,
	content: FileContent,
	{mode = 0o644}: {mode?: number} = {},
): Promise<void> {
	const folder = path.dirname(file);
	await makeFolders(folder);
	const unfinished = file + unfinishedSuffix;
	await rm(unfinished, {force: true});
	await writeDurably(unfinished, content, mode);
	await renameDurably(unfinished, file);
}

/**
 * Returns when the new name is on the medium, with the file. The file comes before its folder: on FAT an
 * entry of a folder leads to the content, and a rename alone writes an empty one, which is filled in when
 * the file is synced.
 */
export async function renameDurably(from: string, to: string): Promise<void> {
	await rename(from, to);
	await syncFile(to);
	for (const folder of new Set([path.dirname(to), path.dirname(from)])) await syncFolder(folder);
}

/** mkdir -p with mode 0755 whatever the umask; when it returns, the folders are on the medium. */
export async function makeFolders(folder: string): Promise<void> {
	const made = await mkdir(folder, {recursive: true});
	if (made === undefined) return;
	for (let place = folder; ; place = path.dirname(place)) {
		await setMode(chmod(place, 0o755));
		await syncFolder(path.dirname(place));
		if (place === made) return;
	}
}

/** Returns when the names in a folder are on the medium. */
export async function syncFolder(folder: string): Promise<void> {
	await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
	await handle.sync();
}

async function syncFile(file: string): Promise<void> {
	await using handle = await open(file, 'r');
	await handle.sync();
}

async function writeDurably(file: string, content: FileContent, mode: number): Promise<void> {
	const isCopy = typeof content === 'object' && 'copyOf' in content;
	if (isCopy) await copyFile(content.copyOf, file, constants.COPYFILE_EXCL);
	await using handle = await open(file, isCopy ? 'r+' : 'wx', mode);
	if (!isCopy) await handle.writeFile(content);
	// Neither the umask nor the mode of the copied file shall show.
	await setMode(handle.chmod(mode));
	await handle.sync();
}

/** FAT knows no modes and may refuse. */
async function setMode(change: Promise<void>): Promise<void> {
	try {
		await change;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
	}
}
