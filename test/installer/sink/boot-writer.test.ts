/** Boot partitions that are shared, by mtools: files of others stay. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type BootFile, textFile} from '../../../engine/boot/boot-partition.ts';
import {unmountedPartition} from '../../../engine/boot/unmounted-partition.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import type {System} from '../../../engine/system/system.ts';
import type {BootTarget} from '../../../installer/sink/boot-places.ts';
import {bootWriter, writeBootEntries} from '../../../installer/sink/boot-writer.ts';
import {sampleContent} from './sample-content.ts';

const test = suite('writer of boot partitions');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-boot-writer-'));
const file = path.join(folder, 'disk.raw');
const MiB = 1 << 20;
const host = hostSystem();
/** Without the privilege to mount. */
const system = Object.assign(Object.create(host) as System, {
	capabilities: () => new Set<string>(),
});

const esp: BootTarget = {start: MiB, size: 40 * MiB, isShared: true};
const xbootldr: BootTarget = {start: 41 * MiB, size: 40 * MiB, isShared: false};
const open = ({start}: BootTarget) => unmountedPartition(host, {file, offset: start});

test.before.each(() => {
	writeFileSync(file, '');
	truncateSync(file, 82 * MiB);
	for (const {start, size} of [esp, xbootldr])
		execFileSync('mkfs.vfat', [
			...['-F', '32', '-s', '1', `--offset=${start / 512}`],
			...[file, String(size / 1024)],
		]);
});
test.after(() => rmSync(folder, {recursive: true}));

const kernel = 'EFI/Linux/slipway-aa/linux';
const bootFiles: readonly BootFile[] = [
	textFile('EFI/systemd/systemd-bootx64.efi', 'own'),
	textFile('EFI/BOOT/BOOTX64.EFI', 'own'),
	textFile('loader/loader.conf', 'own'),
	textFile('loader/entries.srel', 'own'),
	textFile(kernel, 'kernel'),
];
const content = {...sampleContent(), bootFiles};
const writer = bootWriter(system, {path: file, sectorSize: 512});

async function texts(target: BootTarget): Promise<Readonly<Record<string, string>>> {
	const partition = open(target);
	const found: Record<string, string> = {};
	const folders = [''];
	for (let at = folders.pop(); at !== undefined; at = folders.pop())
		for (const {name, type} of await partition.list(at)) {
			const place = at === '' ? name : `${at}/${name}`;
			if (type === 'directory') folders.push(place);
			else found[place] = await partition.readText(place);
		}
	return found;
}

const foreign = {
	'EFI/BOOT/bootx64.efi': 'foreign',
	'EFI/Microsoft/Boot/bootmgfw.efi': 'foreign',
	'loader/loader.conf': 'foreign',
	'loader/entries/debian.conf': 'linux /EFI/Linux/slipway-bb/linux',
	'EFI/Linux/slipway-bb/linux': 'of another',
};

async function makeForeign(more: Readonly<Record<string, string>> = {}): Promise<void> {
	const files = Object.entries({...foreign, ...more});
	await open(esp).write(files.map(([place, text]) => textFile(place, text)));
}

test('adds what is missing, and changes nothing that is there', async () => {
	await makeForeign();
	await writer.writeBoot(content, {esp, boot: esp});
	assert.equal(await texts(esp), {
		...foreign,
		'EFI/systemd/systemd-bootx64.efi': 'own',
		'loader/entries.srel': 'own',
		[kernel]: 'kernel',
	});
	await writer.finish(content, esp);
	assert.is((await texts(esp))['loader/entries/slipway-1+3.conf'], 'title one\n');
});

test('writes a kernel again that was cut off, and takes away those that nothing starts', async () => {
	await makeForeign({
		[kernel]: 'ker',
		'EFI/Linux/slipway-cc/linux': 'left',
		'EFI/systemd/systemd-bootx64.efi.new': 'o',
	});
	await writer.writeBoot(content, {esp, boot: esp});
	const found = await texts(esp);
	assert.is(found[kernel], 'kernel');
	assert.is(found['EFI/systemd/systemd-bootx64.efi'], 'own');
	assert.equal(
		Object.keys(found).filter((name) => /slipway-cc|\.new$/.test(name)),
		[],
	);
});

test('puts the boot loader alone on an ESP beside an XBOOTLDR', async () => {
	await makeForeign();
	await writer.writeBoot(content, {esp, boot: xbootldr});
	assert.equal(await texts(esp), {...foreign, 'EFI/systemd/systemd-bootx64.efi': 'own'});
	assert.equal(await texts(xbootldr), {[kernel]: 'kernel', 'loader/entries.srel': 'own'});
});

test("has GRUB's menu on the medium before the loader entry that says that all is there", async () => {
	const done: string[] = [];
	const partition = {
		...open(xbootldr),
		rename: async (_: string, to: string) => void done.push(to),
		sync: async () => void done.push('sync'),
	};
	const files = ['grub/grub.cfg', 'loader/entries/slipway-1+3.conf'];
	await writeBootEntries(
		partition,
		files.map((place) => textFile(place, 'text')),
	);
	assert.equal(done, ['sync', files[0], 'sync', files[1], 'sync']);
});

test.run();
