import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import {lint} from '../../engine/lint/lint.ts';
import {installerChecks} from '../../installer/image-checks.ts';
import {type MadeRoot, makeRoot} from '../engine/lint/made-root.ts';

const test = suite('checks of the installer');

const programs = ['sfdisk', 'mke2fs', 'mkfs.vfat', 'mcopy', 'lsblk', 'blkid', 'wipefs', 'bootctl'];
const goodRoot: MadeRoot = {
	...Object.fromEntries(
		programs.map((program) => [`/usr/sbin/${program}`, {mode: 0o755, content: ''}]),
	),
	'/usr/sbin/mke2fs': {link: 'mkfs.ext4'},
	'/usr/sbin/mkfs.ext4': {mode: 0o755, content: ''},
};

async function findIn(entries: MadeRoot): Promise<string[]> {
	await using root = await makeRoot({...goodRoot, ...entries});
	const findings = await lint(new ImageRoot(root.folder), installerChecks);
	return findings.map(({severity, check, message}) => `${severity} [${check}] ${message}`);
}

test('finds nothing in an image that has what an install needs', async () => {
	assert.equal(await findIn({}), []);
});

test('names programs that are missing, and their packages', async () => {
	assert.equal(await findIn({'/usr/sbin/sfdisk': undefined, '/usr/sbin/mkfs.ext4': undefined}), [
		'error [install-tools] the program sfdisk is missing (package fdisk)',
		'error [install-tools] the program mke2fs is missing (package e2fsprogs)',
	]);
});

test('asks for the programs of the file system that the image chooses', async () => {
	assert.equal(await findIn({'/usr/lib/slipway/install.toml': 'root-fs = "btrfs"\n'}), [
		'error [install-tools] the program mkfs.btrfs is missing (package btrfs-progs)',
	]);
	assert.equal(
		await findIn({
			'/usr/lib/bootc/install/00-xfs.toml': '[install.filesystem.root]\ntype = "xfs"\n',
		}),
		['error [install-tools] the program mkfs.xfs is missing (package xfsprogs)'],
	);
});

test('tells a mistake in the settings as an install would', async () => {
	assert.equal(await findIn({'/usr/lib/slipway/install.toml': 'root-fs = "zfs"\n'}), [
		'error [disk-layout] /usr/lib/slipway/install.toml, line 1: root-fs is "zfs", expected "ext4", "btrfs", "xfs"',
	]);
});

test.run();
