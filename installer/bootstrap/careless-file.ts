import {stat} from 'node:fs/promises';
import type {ProgressEvent} from '../../engine/progress.ts';

export async function isReadableByAll(file: string): Promise<boolean> {
	return ((await stat(file)).mode & 0o004) !== 0;
}

/** Pointed out and no more: the secret is out already. */
export function carelessFile(file: string): ProgressEvent {
	return {
		type: 'warning',
		code: 'readable-secret',
		message: `everybody on this host can read ${file}, which holds a secret`,
		hint: `Keep it to yourself: chmod 600 ${file}`,
	};
}
