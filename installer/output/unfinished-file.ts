import {constants, statSync} from 'node:fs';
import {type FileHandle, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {isDiskFull} from '../../engine/system/disk-full.ts';
import {syncFolder, unfinishedSuffix} from '../../engine/system/durable-file.ts';

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
	 * @throws Refused `output-not-writable`
	 */
	static async make(place: string): Promise<UnfinishedFile> {
		try {
			if (statSync(place, {throwIfNoEntry: false})?.isDirectory())
				throw Object.assign(new Error('a folder is in its place'), {code: 'EISDIR'});
			await rm(place + unfinishedSuffix, {force: true});
			const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
			return new UnfinishedFile(place, await open(place + unfinishedSuffix, flags));
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

/** What to throw for an error of writing a file. */
export function orDiskFull(error: unknown, file: string): unknown {
	if (!isDiskFull(error)) return error;
	return new OperationFailed('disk-full', `there is no room left for ${file}`, {
		hint: `Make room on the file system of ${path.dirname(file)}.`,
		cause: error,
	});
}

const problems: Readonly<Record<string, (file: string) => string>> = {
	ENOENT: (file) => `there is no folder ${path.dirname(file)}`,
	ENOTDIR: (file) => `${path.dirname(file)} is no folder`,
	EISDIR: () => 'it is a folder',
	EACCES: (file) => `others own the folder ${path.dirname(file)}`,
	EPERM: (file) => `others own the folder ${path.dirname(file)}`,
	EROFS: (file) => `${path.dirname(file)} is on a read-only file system`,
};

/** What to throw for an error of making a file or folder. */
export function notWritable(file: string, error: unknown): unknown {
	const {code = ''} = error as NodeJS.ErrnoException;
	const why = problems[code]?.(file);
	if (why === undefined) return orDiskFull(error, file);
	return new Refused('output-not-writable', `${file} cannot be written: ${why}`, {
		hint: 'Name a folder that is there and that you may write to.',
		cause: error,
	});
}
