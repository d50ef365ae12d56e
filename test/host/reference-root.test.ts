import {execFileSync, spawnSync} from 'node:child_process';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {imageName, projectRoot} from '../setup/image.ts';
import {findMkcomposefs} from '../setup/mkcomposefs.ts';
import {podman} from './podman.ts';

const test = suite('reference root');

const mkcomposefs = findMkcomposefs();
const {status} = spawnSync('podman', ['image', 'exists', imageName]);
const reason =
	mkcomposefs === undefined
		? 'no mkcomposefs'
		: status === 0
			? undefined
			: `no image ${imageName}; npm test builds it`;
if (reason !== undefined) console.log(`skipped: ${reason}`);

(reason === undefined ? test : test.skip)(
	'has the digest that mkcomposefs prints for it',
	async () => {
		const root = (await podman(['image', 'mount', imageName])).stdout.trim();
		try {
			const [program = '', ...args] = mkcomposefs ?? [];
			const theirs = execFileSync(program, [...args, '--print-digest-only', root], {
				encoding: 'utf8',
			});
			const ours = execFileSync(
				process.execPath,
				[path.join(projectRoot, 'ui/cli/main.ts'), 'digest', '--quiet', root],
				{encoding: 'utf8'},
			);
			assert.is(ours, theirs);
		} finally {
			await podman(['image', 'unmount', imageName]);
		}
	},
);

test.run();
