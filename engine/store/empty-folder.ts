import {mkdirSync, readdirSync, rmSync} from 'node:fs';

/** Removes all that is in a folder; makes the folder when it is missing. */
export function emptyFolder(folder: string): void {
	mkdirSync(folder, {recursive: true, mode: 0o755});
	for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, {recursive: true});
}
