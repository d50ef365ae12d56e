/** Small roots of newer Debian releases under .cache, for programs that tests run by their own loader. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';

const cache = path.resolve(import.meta.dirname, '../../.cache');

/** Where {@link makeDebianRoot} makes a root. */
export function debianRoot(name: string): string {
	return path.join(cache, name);
}

/**
 * Makes `.cache/NAME` by mmdebstrap if it is not there: some 20 seconds, as root. When no mirror can be
 * reached it says so, and the tests that need the root say that they are skipped.
 */
export function makeDebianRoot(
	release: string,
	options: readonly string[],
	name: string = release,
): void {
	const folder = debianRoot(name);
	if (existsSync(folder)) return;
	mkdirSync(cache, {recursive: true});
	const unfinished = `${folder}.unfinished`;
	rmSync(unfinished, {recursive: true, force: true});
	console.log(`making .cache/${name} with mmdebstrap`);
	const args = ['--quiet', ...options, release, unfinished];
	const {status} = spawnSync('mmdebstrap', args, {stdio: ['ignore', 'inherit', 'inherit']});
	if (status === 0) renameSync(unfinished, folder);
	else console.log(`mmdebstrap ${args.join(' ')}: status ${status}`);
}
