import {constants, lstatSync, statSync} from 'node:fs';
import {type FileHandle, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import {syncFolder, unfinishedSuffix} from '../../engine/system/durable-file.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import {tryLock} from '../../engine/system/lock.ts';

/**
 * A file that has a temporary name beside its place until it is whole. Unless it was put in place, it is removed
 * when it is disposed of.
 */
export class UnfinishedFile implements AsyncDisposable {
	readonly place: string;
	/** Where it is until then. */
	readonly path: string;
	readonly handle: FileHandle;
	#isInPlace = false;

	private constructor(place: string, handle: FileHandle) {
		this.place = place;
		this.path = place + unfinishedSuffix;
		this.handle = handle;
	}

	/**
	 * An empty one. What an earlier run left under the temporary name goes.
	 * @throws Refused `output-not-writable`, `output-busy` while another run writes it
	 */
	static async make(place: string): Promise<UnfinishedFile> {
		return await UnfinishedFile.#open(place, async (unfinished) => {
			await removeLeft(unfinished, place);
			const handle = await open(
				unfinished,
				constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
			);
			if (!isLockedByOther(handle, unfinished)) return handle;
			await handle.close();
			throw isBusy(place);
		});
	}

	/**
	 * A file of the same file system, which is moved.
	 * @throws Refused `output-not-writable`
	 */
	static async take(made: string, place: string): Promise<UnfinishedFile> {
		return await UnfinishedFile.#open(place, async (unfinished) => {
			await rename(made, unfinished);
			return await open(unfinished, 'r+');
		});
	}

	static async #open(
		place: string,
		openAt: (unfinished: string) => Promise<FileHandle>,
	): Promise<UnfinishedFile> {
		try {
			if (statSync(place, {throwIfNoEntry: false})?.isDirectory())
				throw Object.assign(new Error('a folder is in its place'), {code: 'EISDIR'});
			return new UnfinishedFile(place, await openAt(place + unfinishedSuffix));
		} catch (error) {
			throw notWritable(place, error);
		}
	}

	/**
	 * Returns when what was written is on the medium.
	 * @throws OperationFailed `disk-full`
	 */
	async sync(): Promise<void> {
		try {
			await this.handle.sync();
		} catch (error) {
			throw orDiskFull(error, this.place);
		}
	}

	/** Gives a file that is on the medium its name, in place of another of that name. */
	async putInPlace(): Promise<void> {
		await rename(this.path, this.place);
		this.#isInPlace = true;
		await syncFolder(path.dirname(this.place));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.handle.close();
		if (!this.#isInPlace) await rm(this.path, {force: true});
	}
}

/** @throws Refused `output-busy` when who left it is still there */
async function removeLeft(unfinished: string, place: string): Promise<void> {
	if (lstatSync(unfinished, {throwIfNoEntry: false})?.isFile()) {
		await using left = await open(unfinished, 'r+');
		if (isLockedByOther(left, unfinished)) throw isBusy(place);
	}
	await rm(unfinished, {force: true});
}

/** Takes the lock otherwise. Some file systems of other hosts have none: there nobody can tell. */
function isLockedByOther(handle: FileHandle, file: string): boolean {
	try {
		return !tryLock(handle.fd, file);
	} catch (error) {
		if (error instanceof KernelCallFailed) return false;
		throw error;
	}
}

function isBusy(place: string): Refused {
	return new Refused('output-busy', `${place} is being written by another slipway`, {
		hint: 'Wait for it, or take another --name or folder.',
	});
}

/** What to throw for an error of writing a file. */
export function orDiskFull(error: unknown, file: string): unknown {
	if (!isDiskFull(error)) return error;
	return new OperationFailed('disk-full', `there is no room left for ${file}`, {
		hint: `Make room on the file system of ${path.dirname(file)}.`,
		cause: error,
	});
}

const problems: Readonly<Record<string, (folder: string) => string>> = {
	ENOENT: (folder) => `there is no folder ${folder}`,
	ENOTDIR: (folder) => `${folder} is no folder`,
	EISDIR: () => 'it is a folder',
	EACCES: (folder) => `you may not write to the folder ${folder}`,
	EPERM: (folder) => `you may not write to the folder ${folder}`,
	EROFS: (folder) => `${folder} is on a read-only file system`,
};

/**
 * What to throw for an error of making a file or folder.
 * @param folder where it was to be made
 */
export function notWritable(
	file: string,
	error: unknown,
	folder: string = path.dirname(file),
): unknown {
	const {code = ''} = error as NodeJS.ErrnoException;
	const why = problems[code]?.(folder);
	if (why === undefined) return orDiskFull(error, file);
	return new Refused('output-not-writable', `${file} cannot be written: ${why}`, {
		hint: 'Name a folder that is there and that you may write to.',
		cause: error,
	});
}
