import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../engine/errors.ts';
import {
	checkMediaPrograms,
	checkPrograms,
	installPrograms,
	whyNoEncryption,
} from '../../installer/programs.ts';
import {type MadeRoot, makeRoot} from '../engine/lint/made-root.ts';

const test = suite('programs of an install');

function rootWith(programs: readonly string[]): MadeRoot {
	return Object.fromEntries(programs.map((name) => [name, {mode: 0o755, content: ''}]));
}

test('are all there, in whichever folder', async () => {
	await using one = await makeRoot(rootWith(Object.keys(installPrograms({fileSystems: ['ext4']}))));
	await using other = await makeRoot(rootWith(['mkfs.xfs']));
	checkPrograms({fileSystems: ['ext4']}, [one.folder]);
	checkPrograms({fileSystems: ['ext4', 'xfs']}, [one.folder, other.folder]);
});

test('are named when they are missing, with their packages, before anything is written', async () => {
	const programs = Object.keys(installPrograms({fileSystems: ['ext4']})).filter(
		(name) => name !== 'mcopy',
	);
	await using root = await makeRoot({...rootWith(programs), 'mkfs.btrfs': 'not executable'});
	try {
		checkPrograms({fileSystems: ['btrfs']}, [root.folder]);
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

test('to encrypt with are wanted only then, and are all that an image lacks that cannot', async () => {
	const needs = {fileSystems: ['ext4'], encrypts: true} as const;
	const programs = Object.keys(installPrograms(needs));
	await using able = await makeRoot(rootWith(programs));
	await using unable = await makeRoot(
		rootWith(Object.keys(installPrograms({...needs, encrypts: false}))),
	);
	checkPrograms(needs, [able.folder]);
	assert.is(whyNoEncryption([able.folder]), undefined);
	assert.throws(
		() => checkPrograms(needs, [unable.folder]),
		/^the image lacks cryptsetup, systemd-cryptenroll$/,
	);
	assert.is(whyNoEncryption([unable.folder]), 'the image lacks cryptsetup, systemd-cryptenroll');
});

test('of live media are wanted before anything is made', async () => {
	await using able = await makeRoot(rootWith(['mkfs.erofs', 'mkfs.vfat', 'mcopy', 'sfdisk']));
	checkMediaPrograms([able.folder]);
	await using unable = await makeRoot(rootWith(['mkfs.vfat', 'mcopy', 'sfdisk']));
	assert.throws(() => checkMediaPrograms([unable.folder]), /^the image lacks mkfs\.erofs$/);
});

test.run();
