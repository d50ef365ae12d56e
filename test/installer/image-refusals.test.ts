import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import {findImageRefusals} from '../../installer/image-refusals.ts';
import {makeCpio} from '../engine/lint/cpio.ts';
import {type MadeRoot, makeRoot} from '../engine/lint/made-root.ts';
import {directory} from '../engine/source/trees.ts';

const test = suite('refusals of an image');

const executable = {mode: 0o755, content: ''};
const modules = '/usr/lib/modules/6.12.1';
const programs = 'sfdisk mke2fs mkfs.vfat mcopy lsblk blkid wipefs bootctl init'.split(' ');
const goodRoot: MadeRoot = {
	[`${modules}/vmlinuz`]: 'kernel',
	[`${modules}/initramfs.img`]: makeCpio({'usr/lib/slipway/slipway-root': ''}),
	...Object.fromEntries(programs.map((name) => [`/usr/sbin/${name}`, executable])),
	'/sbin': {link: 'usr/sbin'},
	'/usr/lib/slipway/slipway': executable,
	'/usr/lib/os-release': 'ID=debian\nPRETTY_NAME="Debian"\n',
	'/home': {link: 'var/home'},
	'/root': {link: 'var/roothome'},
};
const names = ['boot', 'sysroot', 'dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'var'];
const treeOf = (folders: readonly string[]) =>
	directory(Object.fromEntries(folders.map((name) => [name, directory()])));

async function refusalsOf(entries: MadeRoot, tree = treeOf(names)): Promise<string[]> {
	await using root = await makeRoot({...goodRoot, ...entries});
	const refusals = await findImageRefusals(new ImageRoot(root.folder), tree);
	return refusals.map(({code, message}) => `${code}: ${message}`);
}

test('are none for an image that makes a machine, whatever lint warns of', async () => {
	assert.equal(await refusalsOf({}), []);
});

test('are all that keeps the machine from booting, at once', async () => {
	assert.equal(
		await refusalsOf(
			{
				'/usr/sbin/init': undefined,
				'/usr/sbin/mcopy': undefined,
				'/home': undefined,
				[`${modules}/initramfs.img`]: makeCpio({}),
			},
			treeOf(names.filter((name) => name !== 'proc')),
		),
		[
			'mount-points: /proc is not a folder',
			`initramfs: ${modules}/initramfs.img lacks slipway's dracut module (usr/lib/slipway/slipway-root)`,
			'init: there is no /sbin/init',
			'writable-places: /home is missing, and cannot be made on the machine',
			'install-tools: the program mcopy is missing (package mtools)',
		],
	);
});

test.run();
