/**
 * `npm test`: on a fresh Debian machine installs what the tests need, checks types and lint, builds the
 * image and runs every test; boots beyond a quota are left to `--all`. The last line is
 * `N passed, N failed, N skipped`.
 */
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {buildImage} from './setup/image.ts';
import {installPackages} from './setup/packages.ts';
import {makeTools} from './setup/tools.ts';

const root = path.resolve(import.meta.dirname, '..');
const all = process.argv.includes('--all');

function must(command: string, args: readonly string[]): void {
	const {status} = spawnSync(command, args, {cwd: root, stdio: ['ignore', 'inherit', 'inherit']});
	if (status !== 0) {
		console.log(`${command} ${args.join(' ')}: status ${status}`);
		console.log('0 passed, 1 failed, 0 skipped');
		process.exit(1);
	}
}

installPackages();
must('node_modules/.bin/biome', ['ci', '.']);
must('node_modules/.bin/tsc', ['-p', '.']);
makeTools();
await buildImage();
const {status} = spawnSync(process.execPath, [path.join(root, 'test/run.ts')], {
	cwd: root,
	stdio: ['ignore', 'inherit', 'inherit'],
	// As many damaged inputs as were promised; the fast tests alone try some thousands.
	env: {FUZZ_ROUNDS: '100000', ...process.env, SLIPWAY_TEST_ALL: all ? '1' : ''},
});
process.exitCode = status ?? 1;
