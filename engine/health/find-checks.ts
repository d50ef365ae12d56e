import type {Stats} from 'node:fs';
import {stat} from 'node:fs/promises';
import path from 'node:path';
import {namesIn} from '../system/read-folder.ts';
import {
	type ArrangedChecks,
	arrangeChecks,
	type CheckFolder,
	type FoundFile,
} from './arrange-checks.ts';

/** @param root what stands before all paths; for tests */
export async function findChecks(
	folders: readonly CheckFolder[],
	root = '/',
): Promise<ArrangedChecks> {
	const found: FoundFile[] = [];
	for (const folder of folders) {
		const place = path.join(root, folder.path);
		for (const name of await namesIn(place))
			found.push({
				folder: {...folder, path: place},
				name,
				kind: await kindOf(path.join(place, name)),
			});
	}
	return arrangeChecks(found);
}

async function kindOf(file: string): Promise<FoundFile['kind']> {
	const stats = await statOrMissing(file);
	if (stats === undefined) return 'missing';
	if (stats.isCharacterDevice()) return 'mask';
	if (!stats.isFile()) return 'other';
	return stats.mode & 0o111 ? 'executable' : 'plain';
}

async function statOrMissing(file: string): Promise<Stats | undefined> {
	try {
		return await stat(file);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') return undefined;
		throw error;
	}
}
