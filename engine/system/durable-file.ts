import {constants} from 'node:fs';
import {chmod, copyFile, type FileHandle, mkdir, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';

/** What a file is to hold: bytes, text (written as UTF-8), or a copy of another file. */
export type FileContent = string | Uint8Array | {readonly copyOf: string | Buffer};

/** Ends the names of files that are not finished; what has it is left over from a crash. */
export const unfinishedSuffix = '.slipway-new';

/**
 * Replaces a file so that after a crash it holds the old content or the new, whole: a temporary name
 * beside it, fsync, rename, fsync of the folder and once more of the file. Missing folders are made.
 * Two writers of the same file at once are the caller's to prevent.
 *
 * The order is for FAT, which has no journal. A rename there changes three places: the temporary name
 * goes, the entry of the file gets the new first cluster, and the old clusters become free. The first
 * is written with the folder, the second with the file, and the third waits for whoever has the old
 * file open. So the entry leads to whole content before and after each, and never do two names lead to
 * the same clusters, of which removing one would damage the other.
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
	await using _replaced = await openIfThere(file);
	await using written = await writeDurably(unfinished, content, mode);
	await rename(unfinished, file);
	await syncFolder(folder);
	await written.sync();
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

/** Gives the file still open; the caller closes it. */
async function writeDurably(file: string, content: FileContent, mode: number): Promise<FileHandle> {
	const isCopy = typeof content === 'object' && 'copyOf' in content;
	if (isCopy) await copyFile(content.copyOf, file, constants.COPYFILE_EXCL);
	const handle = await open(file, isCopy ? 'r+' : 'wx', mode);
	try {
		if (!isCopy) await handle.writeFile(content);
		// Neither the umask nor the mode of the copied file shall show.
		await setMode(handle.chmod(mode));
		await handle.sync();
		return handle;
	} catch (error) {
		await handle.close();
		throw error;
	}
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
	try {
		// What is no plain file is not waited for.
		return await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

/** FAT knows no modes and may refuse. */
export async function setMode(change: Promise<void>): Promise<void> {
	try {
		await change;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
	}
}
