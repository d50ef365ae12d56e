import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {BootPartition} from '../../../engine/boot/boot-partition.ts';
import {parseEfiProgram} from '../../../engine/boot/efi-program.ts';
import type {OfferedLoader} from '../../../engine/boot/loader-update.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {readEspLoaders, readOfferedLoader} from '../../../engine/boot/read-loaders.ts';
import {updateLoaders} from '../../../engine/boot/update-loaders.ts';
import {Refused} from '../../../engine/errors.ts';
import {unfinishedSuffix} from '../../../engine/system/durable-file.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {efiProgram, systemdBootProgram} from './efi-programs.ts';

const test = suite<{folder: string; esp: string}>('boot loaders on an ESP');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'loaders-'));
	context.esp = path.join(context.folder, 'esp');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const own = 'EFI/systemd/systemd-bootx64.efi';
const fallback = 'EFI/BOOT/BOOTX64.EFI';
const foreign = efiProgram({text: 'GRUB version 2.12'});
const old = systemdBootProgram('257.8-1');
const fresh = systemdBootProgram('257.9-1', 'more than the one before');

type Files = Readonly<Record<string, Buffer | string>>;

function put(esp: string, files: Files): void {
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(esp, name)), {recursive: true});
		writeFileSync(path.join(esp, name), content);
	}
}

function filesOf(esp: string): Record<string, Buffer> {
	const names = readdirSync(esp, {recursive: true, encoding: 'utf8'}).sort();
	const files = names.filter((name) => statSync(path.join(esp, name)).isFile());
	return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(esp, name))]));
}

const openEsp = (esp: string, changes: Partial<BootPartition> = {}) => ({
	mountPoint: esp,
	partition: {...mountedPartition(fakeSystem(), esp), ...changes},
	architecture: 'x64' as const,
});
const offered: OfferedLoader = {
	program: {machine: 0x8664, systemdBoot: '257.9-1', isSigned: false},
	bytes: fresh,
};

test('become those of the image, and nothing else changes', async ({esp}) => {
	const others = {'EFI/BOOT/mmx64.efi': foreign, 'loader/loader.conf': 'timeout 3\n'};
	put(esp, {[own]: old, [fallback]: old, ...others});
	assert.equal(await updateLoaders(openEsp(esp), offered), [
		{path: own, state: 'older', version: '257.8-1', replace: true},
		{path: 'EFI/BOOT/mmx64.efi', state: 'foreign', version: undefined, replace: false},
		{path: fallback, state: 'older', version: '257.8-1', replace: true},
	]);
	const done = {[own]: fresh, [fallback]: fresh, 'EFI/BOOT/mmx64.efi': foreign};
	const expected = {...done, 'loader/loader.conf': Buffer.from('timeout 3\n')};
	const sorted = Object.fromEntries(Object.entries(expected).sort(([a], [b]) => (a < b ? -1 : 1)));
	assert.equal(filesOf(esp), sorted);
	const again = await updateLoaders(openEsp(esp, {write: neverWrite}), offered);
	assert.equal(
		again.map(({state}) => state),
		['same', 'foreign', 'same'],
	);
});

async function neverWrite(): Promise<void> {
	throw new Error('wrote');
}

const left: readonly (readonly [string, Files])[] = [
	['of another boot loader', {[fallback]: foreign, 'EFI/debian/grubx64.efi': foreign}],
	[
		'of the same version that were signed here',
		{[own]: Buffer.concat([fresh, Buffer.from('signature')]), [fallback]: fresh},
	],
	['that are newer', {[own]: systemdBootProgram('258-1'), [fallback]: systemdBootProgram('999')}],
	['larger than any boot loader', {[own]: Buffer.concat([old, Buffer.alloc(2 ** 24)])}],
];
for (const [which, files] of left)
	test(`are left alone: those ${which}`, async ({esp}) => {
		put(esp, files);
		const before = filesOf(esp);
		await updateLoaders(openEsp(esp, {write: neverWrite}), offered);
		assert.equal(filesOf(esp), before);
	});

test('are found whatever the case of their names', async ({esp}) => {
	put(esp, {[own]: fresh, 'EFI/BOOT/bootx64.efi': old});
	await updateLoaders(openEsp(esp), offered);
	assert.equal(Object.keys(filesOf(esp)), ['EFI/BOOT/bootx64.efi', own]);
	assert.equal(readFileSync(path.join(esp, 'EFI/BOOT/bootx64.efi')), fresh);
});

test('only tell what would be done when asked to', async ({esp}) => {
	const unfinished = own + unfinishedSuffix;
	put(esp, {[own]: old, [unfinished]: 'half'});
	const decisions = await updateLoaders(openEsp(esp), offered, {dryRun: true});
	assert.equal(
		decisions.map(({path, replace}) => [path, replace]),
		[
			[fallback, true],
			[own, true],
		],
	);
	assert.equal(Object.keys(filesOf(esp)), [own, unfinished]);
});

test('stay as they are when the new ones do not fit, without leftovers', async ({esp}) => {
	put(esp, {[own]: old, [fallback]: old, [own + unfinishedSuffix]: 'half'});
	const freeBytes = async () => (existsSync(path.join(esp, own + unfinishedSuffix)) ? 0 : 65_535);
	try {
		await updateLoaders(openEsp(esp, {freeBytes, write: neverWrite}), offered);
		assert.unreachable('took the room');
	} catch (error) {
		assert.instance(error, Refused);
		const {code, message} = error as Refused;
		assert.is(code, 'boot-partition-full');
		assert.match(message, 'new copies of systemd-boot need 1 MiB');
	}
	assert.equal(filesOf(esp), {[fallback]: old, [own]: old});
});

/** ESPs that lead to new copies in both places. */
const starts: readonly (readonly [string, Files])[] = [
	['both are older', {[own]: old, [fallback]: old}],
	['there is no fallback', {[own]: old}],
	['there is only the fallback', {[fallback]: old}],
	['the fallback is empty', {[own]: old, [fallback]: ''}],
	['a part of the own one is missing', {[own]: old.subarray(0, 300), [fallback]: old}],
];
for (const [title, files] of starts)
	test(`have a whole one at every moment when ${title}, and go on after a crash`, async ({
		folder,
		esp,
	}) => {
		put(esp, files);
		const original = path.join(folder, 'original');
		cpSync(esp, original, {recursive: true});
		const couldStart = [own, fallback].filter((name) => isWhole(esp, name));
		let moments = 0;
		for (const crash of crashes()) {
			rmSync(esp, {recursive: true});
			cpSync(original, esp, {recursive: true});
			const {partition, hasCrashed} = crashing(esp, crash, () => {
				moments++;
				// What firmware could start before, it can start still: it may know that place alone.
				for (const name of couldStart) assert.ok(isWhole(esp, name), `${name}, ${crash}`);
			});
			try {
				await updateLoaders({...openEsp(esp), partition}, offered);
			} catch (error) {
				assert.match(String(error), 'power cut');
			}
			await updateLoaders(openEsp(esp), offered);
			assert.equal(filesOf(esp), {[fallback]: fresh, [own]: fresh}, `${crash}, then again`);
			if (!hasCrashed()) break;
		}
		assert.ok(moments > 8, `${moments} moments`);
	});

function isWhole(esp: string, name: string): boolean {
	const file = path.join(esp, name);
	return existsSync(file) && parseEfiProgram(readFileSync(file))?.systemdBoot !== undefined;
}

function* crashes(): Generator<number> {
	for (let moment = 0; ; moment++) yield moment;
}

/** A partition whose power is cut at a moment of its life; what is looked at is looked at in each. */
function crashing(esp: string, last: number, check: () => void) {
	const real = mountedPartition(fakeSystem(), esp);
	let moment = 0;
	let crashed = false;
	const live = (): void => {
		check();
		if (moment++ !== last) return;
		crashed = true;
		throw new Error('power cut');
	};
	const partition: BootPartition = {
		...real,
		async remove(name) {
			live();
			await real.remove(name);
			live();
		},
		async write(files) {
			for (const {path: name, source} of files) {
				const bytes = source.kind === 'bytes' ? source.bytes : Buffer.alloc(0);
				live();
				for (const length of [0, bytes.length / 2, bytes.length]) {
					put(esp, {[name + unfinishedSuffix]: bytes.subarray(0, length)});
					live();
				}
			}
			await real.write(files);
			live();
		},
		async sync() {
			await real.sync();
			live();
		},
	};
	return {partition, hasCrashed: () => crashed};
}

test('of an image are the signed one first, and only systemd-boot', async ({folder}) => {
	const place = 'usr/lib/systemd/boot/efi/systemd-bootx64.efi';
	assert.is(await readOfferedLoader(folder, 'x64'), undefined);
	put(folder, {[place]: fresh});
	assert.equal(await readOfferedLoader(folder, 'x64'), offered);
	put(folder, {[`${place}.signed`]: old});
	assert.equal((await readOfferedLoader(folder, 'x64'))?.bytes, old);
	for (const content of [foreign, fresh.subarray(0, 100), '']) {
		put(folder, {[`${place}.signed`]: content});
		assert.is(await readOfferedLoader(folder, 'x64'), undefined);
	}
});

test('have two places of their own on an ESP that is empty', async ({esp}) => {
	mkdirSync(esp);
	const {partition} = openEsp(esp);
	assert.equal(await readEspLoaders(partition, esp, 'aa64'), {
		places: [
			{path: 'EFI/systemd/systemd-bootaa64.efi', role: 'own', content: 'missing'},
			{path: 'EFI/BOOT/BOOTAA64.EFI', role: 'fallback', content: 'missing'},
		],
		unfinished: [],
	});
});

test.run();
