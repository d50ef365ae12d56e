import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../engine/errors.ts';
import {checkPrograms, installPrograms} from '../../installer/programs.ts';
import {type MadeRoot, makeRoot} from '../engine/lint/made-root.ts';

const test = suite('programs of an install');

function rootWith(programs: readonly string[]): MadeRoot {
	return Object.fromEntries(programs.map((name) => [name, {mode: 0o755, content: ''}]));
}

test('are all there, in whichever folder', async () => {
	await using one = await makeRoot(rootWith(Object.keys(installPrograms('ext4'))));
	await using other = await makeRoot(rootWith(['mkfs.xfs']));
	checkPrograms(['ext4'], [one.folder]);
	checkPrograms(['ext4', 'xfs'], [one.folder, other.folder]);
});

test('are named when they are missing, with their packages, before anything is written', async () => {
	const programs = Object.keys(installPrograms('ext4')).filter((name) => name !== 'mcopy');
	await using root = await makeRoot({...rootWith(programs), 'mkfs.btrfs': 'not executable'});
	try {
		checkPrograms(['btrfs'], [root.folder]);
		assert.unreachable('found them');
	} catch (error) {
		assert.instance(error, Lacking);
		const {message, hint} = error as Lacking;
		assert.is(message, 'the image lacks mcopy, mkfs.btrfs');
		assert.is(
			hint,
			'Install in the image what Debian calls mtools, btrfs-progs, and build it again.',
		);
	}
});

test.run();
