import {readdirSync, rmSync} from 'node:fs';

/** Removes all that is in a folder, and keeps the folder. */
export function emptyFolder(folder: string): void {
	for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, {recursive: true});
}
