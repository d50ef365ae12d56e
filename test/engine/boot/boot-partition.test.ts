/** One contract, two ways to a FAT file system's files: a mounted folder, and mtools on a real one. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type BootPartition, textFile} from '../../../engine/boot/boot-partition.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {systemdBoot} from '../../../engine/boot/systemd-boot.ts';
import {unmountedPartition} from '../../../engine/boot/unmounted-partition.ts';
import {OperationFailed} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {hostSystem} from '../../../engine/system/host.ts';

const test = suite<{folder: string}>('boot partition');
const mebibyte = 2 ** 20;
const entry = 'loader/entries/slipway-3f2a9c1b4d5e.0+3.conf';

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'partition-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

/** A FAT32 file system one MiB into a file, as a partition lies on a disk. */
function makeDisk(folder: string): {file: string; offset: number} {
	const file = path.join(folder, 'disk.img');
	writeFileSync(file, '');
	truncateSync(file, 36 * mebibyte);
	const options = ['-F', '32', '-s', '1', '--offset', '2048', file, String(34 * 1024)];
	execFileSync('mkfs.vfat', options, {env: {PATH: `${process.env.PATH}:/usr/sbin:/sbin`}});
	return {file, offset: mebibyte};
}

const kinds: readonly (readonly [string, (folder: string) => BootPartition])[] = [
	[
		'a mounted partition',
		(folder) => {
			mkdirSync(path.join(folder, 'esp'));
			return mountedPartition(fakeSystem(), path.join(folder, 'esp'));
		},
	],
	['an unmounted partition', (folder) => unmountedPartition(hostSystem(), makeDisk(folder))],
];

const programs = ['mkfs.vfat', 'mcopy', 'mdir'];
const places = `${process.env.PATH}:/usr/sbin:/sbin`.split(':');
const missing = programs.filter((name) => !places.some((place) => existsSync(`${place}/${name}`)));
if (missing.length > 0) console.log(`skipped: ${missing.join(', ')} not installed`);

for (const [kind, make] of kinds) {
	const check = kind.startsWith('an un') && missing.length > 0 ? test.skip : test;

	check(`${kind} gives back what was written`, async ({folder}) => {
		const partition = make(folder);
		const kernel = path.join(folder, 'größe');
		writeFileSync(kernel, Buffer.alloc(70_000, 7));
		await partition.write([
			{
				path: 'EFI/Linux/slipway-a/linux',
				source: {kind: 'path', path: Buffer.from(kernel).toString('latin1')},
			},
			textFile('EFI/Linux/slipway-a/initrd', 'initramfs'),
			textFile(entry, 'title Größe\n'),
		]);
		await partition.sync();
		assert.equal(await partition.list('EFI/Linux'), [
			{name: 'slipway-a', type: 'directory', size: 0},
		]);
		assert.equal(await partition.list('EFI/Linux/slipway-a'), [
			{name: 'initrd', type: 'file', size: 9},
			{name: 'linux', type: 'file', size: 70_000},
		]);
		assert.equal(await partition.list('loader/entries'), [
			{name: 'slipway-3f2a9c1b4d5e.0+3.conf', type: 'file', size: 14},
		]);
		assert.is(await partition.readText(entry), 'title Größe\n');
	});

	check(`${kind} has nothing in a folder that is not there`, async ({folder}) => {
		assert.equal(await make(folder).list('loader/entries'), []);
	});

	check(`${kind} replaces files, by writing and by renaming`, async ({folder}) => {
		const partition = make(folder);
		await partition.write([textFile(entry, 'one'), textFile('loader/b.conf', 'two')]);
		await partition.write([textFile(entry, 'three')]);
		assert.is(await partition.readText(entry), 'three');
		await partition.rename(entry, 'loader/entries/slipway-3f2a9c1b4d5e.0.conf');
		await partition.write([textFile(entry, 'four')]);
		await partition.rename(entry, 'loader/entries/slipway-3f2a9c1b4d5e.0.conf');
		assert.equal(await partition.list('loader/entries'), [
			{name: 'slipway-3f2a9c1b4d5e.0.conf', type: 'file', size: 4},
		]);
	});

	check(`${kind} removes files and whole folders, and what is not there`, async ({folder}) => {
		const partition = make(folder);
		await partition.write([textFile('EFI/Linux/a/linux', '1'), textFile(entry, '2')]);
		for (const path of ['EFI/Linux/a', entry, 'EFI/Linux/a', 'nothing/at/all'])
			await partition.remove(path);
		assert.equal(await partition.list('EFI/Linux'), []);
		assert.equal(await partition.list('loader/entries'), []);
	});

	check(`${kind} serves the boot loader`, async ({folder}) => {
		const loader = systemdBoot(make(folder));
		const file = path.join(folder, 'k');
		writeFileSync(file, 'kernel');
		const one = {path: file, size: 6, sha256: '00'.repeat(32)};
		const kernel = {version: '6', linux: one, initramfs: one};
		for (const serial of [0, 1])
			await loader.write({
				deploymentId: `3f2a9c1b4d5e.${serial}`,
				title: `System ${serial}`,
				sequence: serial,
				commandLine: 'quiet',
				kernel,
			});
		await loader.bless('3f2a9c1b4d5e.0');
		await loader.setDefault('3f2a9c1b4d5e.0');
		await loader.remove(['3f2a9c1b4d5e.1']);
		assert.equal((await loader.list()).entries, [
			{deploymentId: '3f2a9c1b4d5e.0', title: 'System 0', sequence: 2, tries: undefined},
		]);
	});
}

const unmounted = missing.length > 0 ? test.skip : test;

unmounted('counts the free space of an unmounted partition', async ({folder}) => {
	const partition = unmountedPartition(hostSystem(), makeDisk(folder));
	const before = await partition.freeBytes();
	assert.ok(before > 32 * mebibyte && before < 34 * mebibyte, String(before));
	await partition.write([{path: 'a', source: {kind: 'bytes', bytes: Buffer.alloc(mebibyte)}}]);
	assert.is(before - (await partition.freeBytes()), mebibyte);
});

unmounted('copies files in their order, whatever order the host has for them', async ({folder}) => {
	const partition = unmountedPartition(hostSystem(), makeDisk(folder));
	await partition.write([textFile('EFI/c', '1'), textFile('EFI/a', '2'), textFile('EFI/b', '3')]);
	const {stdout} = await hostSystem().run('mdir', [
		'-b',
		'-i',
		`${path.join(folder, 'disk.img')}@@1M`,
		'::/EFI',
	]);
	assert.equal(stdout.trim().split('\n'), ['::/EFI/c', '::/EFI/a', '::/EFI/b']);
});

unmounted('says what failed where there is no file system', async ({folder}) => {
	const file = path.join(folder, 'empty');
	writeFileSync(file, Buffer.alloc(mebibyte));
	const partition = unmountedPartition(hostSystem(), {file, offset: 0});
	for (const act of [() => partition.list(''), () => partition.remove('a')])
		try {
			await act();
			assert.unreachable('found one');
		} catch (error) {
			assert.instance(error, OperationFailed);
		}
});

test.run();
