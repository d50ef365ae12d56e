import {closeSync, openSync} from 'node:fs';
import {KernelCallFailed} from './libc.ts';

/**
 * Opens a file for the time that `use` takes.
 * @throws KernelCallFailed when it cannot be opened
 */
export function withOpenFile<T>(path: string, flags: number | string, use: (fd: number) => T): T {
	const fd = openFile(path, flags);
	try {
		return use(fd);
	} finally {
		closeSync(fd);
	}
}

export function openFile(path: string, flags: number | string, mode?: number): number {
	try {
		return openSync(path, flags, mode);
	} catch (error) {
		if (error instanceof Error && 'code' in error) {
			throw new KernelCallFailed('open', path, String(error.code));
		}
		throw error;
	}
}
