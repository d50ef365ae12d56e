import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {BootPartition} from '../../../engine/boot/boot-partition.ts';
import {copyBootPartition} from '../../../engine/boot/copy-boot-partition.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';

const test = suite<{folder: string}>('copy of a boot partition');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-copy-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

type Files = Readonly<Record<string, string>>;

function write(folder: string, files: Files): void {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
		writeFileSync(path.join(folder, name), text);
	}
}

function read(folder: string): Files {
	const names = readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
	return Object.fromEntries(
		names.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
	);
}

const wanted: Files = {
	'EFI/BOOT/BOOTX64.EFI': 'loader 2',
	'EFI/Linux/slipway-aa/initrd': 'initrd',
	'EFI/Linux/slipway-aa/linux': 'linux',
	'EFI/systemd/systemd-bootx64.efi': 'loader 2',
	'loader/entries.srel': 'type1\n',
	'loader/entries/slipway-a.0+2-1.conf': 'options a',
	'loader/entries/slipway-b.0.conf': 'options b',
	'loader/loader.conf': 'default slipway-*\n',
};

/** With the operations that it was asked for; before each, `guard` is called. */
function recorded(folder: string, said: string[], guard: () => void = () => {}): BootPartition {
	const inner = mountedPartition(fakeSystem(), folder);
	return {
		...inner,
		async write(files) {
			for (const file of files) {
				guard();
				said.push(`write ${file.path}`);
				await inner.write([file]);
			}
		},
		async remove(file) {
			guard();
			said.push(`remove ${file}`);
			await inner.remove(file);
		},
		async sync() {
			said.push('sync');
		},
	};
}

async function copy(folder: string, said: string[] = [], guard?: () => void): Promise<void> {
	const mountPoint = path.join(folder, 'one');
	const partition = mountedPartition(fakeSystem(), mountPoint);
	await copyBootPartition(
		{partition, mountPoint},
		recorded(path.join(folder, 'other'), said, guard),
	);
}

const before: Files = {
	'EFI/BOOT/BOOTX64.EFI': 'loader 1',
	'EFI/Linux/slipway-old/linux': 'linux',
	'EFI/Linux/theirs.efi': 'x',
	'EFI/Linux/slipway-aa/linux': 'linux',
	'loader/entries/slipway-a.0+3.conf': 'options a',
	'loader/entries/theirs.conf': 'x',
	'loader/random-seed': 'their own',
};

test('has what the other has, and leaves files of others alone', async ({folder}) => {
	write(path.join(folder, 'one'), {...wanted, 'loader/random-seed': 'its own'});
	write(path.join(folder, 'other'), before);
	const said: string[] = [];
	await copy(folder, said);
	assert.equal(said, [
		'write EFI/BOOT/BOOTX64.EFI',
		'write EFI/systemd/systemd-bootx64.efi',
		'write EFI/Linux/slipway-aa/initrd',
		'write loader/entries.srel',
		'write loader/loader.conf',
		'sync',
		'write loader/entries/slipway-a.0+2-1.conf',
		'write loader/entries/slipway-b.0.conf',
		'sync',
		'remove loader/entries/slipway-a.0+3.conf',
		'sync',
		'remove EFI/Linux/slipway-old',
		'sync',
	]);
	assert.equal(read(path.join(folder, 'other')), {
		...wanted,
		'EFI/Linux/theirs.efi': 'x',
		'loader/entries/theirs.conf': 'x',
		'loader/random-seed': 'their own',
	});
	assert.not(existsSync(path.join(folder, 'other/EFI/Linux/slipway-old')));
	const again: string[] = [];
	await copy(folder, again);
	assert.equal(again, []);
});

test('never has an entry without its kernel, wherever it is cut', async ({folder}) => {
	for (let steps = 0; steps < 10; steps++) {
		const place = path.join(folder, String(steps));
		write(path.join(place, 'one'), wanted);
		write(path.join(place, 'other'), before);
		let left = steps;
		const cut = () => {
			if (left-- === 0) throw new Error('cut');
		};
		await copy(place, [], cut).catch(() => {});
		const files = read(path.join(place, 'other'));
		if (files['loader/entries/slipway-b.0.conf'] !== undefined)
			assert.is(files['EFI/Linux/slipway-aa/initrd'], 'initrd');
		if (files['loader/entries/slipway-a.0+3.conf'] !== undefined)
			assert.is(files['EFI/Linux/slipway-old/linux'], 'linux');
		const entries = Object.keys(files).filter((name) => name.startsWith('loader/entries/slipway'));
		assert.ok(entries.length > 0);
		await copy(place);
		assert.equal(
			Object.keys(read(path.join(place, 'other'))).length,
			Object.keys(wanted).length + 3,
		);
	}
});

test.run();
