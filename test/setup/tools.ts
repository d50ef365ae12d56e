/** Programs of newer Debian releases for tests, in small roots under .cache; made once. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import {cache} from './image.ts';

/** mke2fs that takes archives: see test/host/trixie.ts. */
const trixie = ['--variant=minbase', '--include=e2fsprogs,libarchive13t64', 'trixie'];
/** mkcomposefs: see test/mkcomposefs.ts. A mirror's Release file of testing may be out of date. */
const forky = [
	...['--variant=essential', '--include=composefs'],
	...['--aptopt=Acquire::Check-Valid-Until "false"', 'forky'],
];

export function makeTools(): void {
	makeRoot('trixie', trixie);
	makeRoot('forky', forky);
}

function makeRoot(name: string, options: readonly string[]): void {
	const folder = path.join(cache, name);
	if (existsSync(folder)) return;
	mkdirSync(cache, {recursive: true});
	const unfinished = `${folder}.unfinished`;
	rmSync(unfinished, {recursive: true, force: true});
	console.log(`making .cache/${name} with mmdebstrap`);
	const {status} = spawnSync('mmdebstrap', ['--quiet', ...options, unfinished], {
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	// Tests that need it then say that it is missing.
	if (status === 0) renameSync(unfinished, folder);
	else console.log(`mmdebstrap could not make .cache/${name}: status ${status}`);
}
