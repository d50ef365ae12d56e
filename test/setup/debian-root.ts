/** Small roots of newer Debian releases under .cache, for programs that tests run by their own loader. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';

const cache = path.resolve(import.meta.dirname, '../../.cache');

/**
 * Makes `.cache/RELEASE` by mmdebstrap if it is not there: some 20 seconds, as root. When no mirror can be
 * reached it says so, and the tests that need the root say that they are skipped.
 */
export function makeDebianRoot(release: string, options: readonly string[]): void {
	const folder = path.join(cache, release);
	if (existsSync(folder)) return;
	mkdirSync(cache, {recursive: true});
	const unfinished = `${folder}.unfinished`;
	rmSync(unfinished, {recursive: true, force: true});
	console.log(`making .cache/${release} with mmdebstrap`);
	const args = ['--quiet', ...options, release, unfinished];
	const {status} = spawnSync('mmdebstrap', args, {stdio: ['ignore', 'inherit', 'inherit']});
	if (status === 0) renameSync(unfinished, folder);
	else console.log(`mmdebstrap ${args.join(' ')}: status ${status}`);
}
