import {constants} from 'node:fs';
import {copyFile, type FileHandle, mkdir, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';

/** What a file is to hold: bytes, text (written as UTF-8), or a copy of another file. */
export type FileContent = string | Uint8Array | {readonly copyOf: string | Buffer};

/** Ends the names of files that are not finished; what has it is left over from a crash. */
export const unfinishedSuffix = '.slipway-new';

/**
 * Replaces a file so that after a crash it holds the old content or the new, whole: a temporary name
 * beside it, fsync, rename, fsync of the folder. Missing folders are made. Two writers of the same
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
	await rename(unfinished, file);
	await syncFolder(folder);
}

/** mkdir -p, with each new name on the medium before the next is made. */
export async function makeFolders(folder: string): Promise<void> {
	const made = await mkdir(folder, {recursive: true});
	if (made === undefined) return;
	for (let parent = path.dirname(folder); ; parent = path.dirname(parent)) {
		await syncFolder(parent);
		if (parent === path.dirname(made)) return;
	}
}

/** Returns when the names in a folder are on the medium. */
export async function syncFolder(folder: string): Promise<void> {
	await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
	await handle.sync();
}

async function writeDurably(file: string, content: FileContent, mode: number): Promise<void> {
	const isCopy = typeof content === 'object' && 'copyOf' in content;
	if (isCopy) await copyFile(content.copyOf, file, constants.COPYFILE_EXCL);
	await using handle = await open(file, isCopy ? 'r+' : 'wx', mode);
	if (!isCopy) await handle.writeFile(content);
	await setMode(handle, mode);
	await handle.sync();
}

/** The umask and the copied file's mode must not show; FAT knows no modes and may refuse. */
async function setMode(handle: FileHandle, mode: number): Promise<void> {
	try {
		await handle.chmod(mode);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
	}
}
