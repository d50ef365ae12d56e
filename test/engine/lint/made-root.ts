import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** Content of a path: text or bytes, executable text, a link, or an empty folder. */
export type MadeEntry =
	| string
	| Buffer
	| {readonly mode: number; readonly content: string}
	| {readonly link: string}
	| 'folder';

/** What to put where; `undefined` takes an entry out again. */
export type MadeRoot = Readonly<Record<string, MadeEntry | undefined>>;

/** Makes the entries below a temporary folder, which goes away with the disposal. */
export async function makeRoot(
	entries: MadeRoot,
): Promise<{readonly folder: string} & AsyncDisposable> {
	const folder = await mkdtemp(path.join(tmpdir(), 'slipway-lint-'));
	for (const [imagePath, entry] of Object.entries(entries)) {
		if (entry === undefined) continue;
		const place = path.join(folder, imagePath);
		await mkdir(path.dirname(place), {recursive: true});
		if (entry === 'folder') await mkdir(place, {recursive: true});
		else if (typeof entry === 'string' || Buffer.isBuffer(entry)) await writeFile(place, entry);
		else if ('link' in entry) await symlink(entry.link, place);
		else await writeFile(place, entry.content, {mode: entry.mode});
	}
	return {
		folder,
		[Symbol.asyncDispose]: () => rm(folder, {recursive: true}),
	};
}
