import {mkdir, rm} from 'node:fs/promises';

/**
 * An empty folder for temporary files, beside a file that is being made and called after it: what a run left there
 * that was killed goes with the next one. The caller removes it.
 */
export async function makeScratch(file: string): Promise<string> {
	const folder = `${file}.parts`;
	await rm(folder, {recursive: true, force: true});
	await mkdir(folder, {mode: 0o700});
	return folder;
}
