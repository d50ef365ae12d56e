import {readFile} from 'node:fs/promises';
import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import type {FileAnswer} from '../../answers/answers.ts';
import {Secret} from '../../answers/secret.ts';

const root = {user: '0', group: '0'} as const;

export function openFile(path: string, text: string, mode = 0o644): FileAnswer {
	return {path, content: {kind: 'text', text}, mode, ...root};
}

/**
 * A file of the old system as it is, for root alone, or for a group that may read it too; undefined when it
 * is not there.
 */
export async function secretFileOf(
	old: ImageRoot,
	path: string,
	group?: string,
): Promise<FileAnswer | undefined> {
	const bytes = await bytesOf(old, path);
	if (bytes === undefined) return undefined;
	const access = group === undefined ? {mode: 0o600, ...root} : {mode: 0o640, ...root, group};
	return {path, content: {kind: 'inline', secret: new Secret(bytes)}, ...access};
}

/** The same of one that everybody may read. */
export async function openFileOf(old: ImageRoot, path: string): Promise<FileAnswer | undefined> {
	const bytes = await bytesOf(old, path);
	return bytes === undefined ? undefined : openFile(path, bytes.toString());
}

async function bytesOf(old: ImageRoot, path: string): Promise<Buffer | undefined> {
	const host = await old.hostPath(path);
	return host === undefined ? undefined : await readFile(host);
}
