import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../../engine/boot/boot-partition.ts';
import {entriesMarker} from '../../../engine/boot/systemd-boot-files.ts';
import {unmountedPartition} from '../../../engine/boot/unmounted-partition.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {findBootEntry} from '../../../installer/disk/boot-entry.ts';
import {MiB} from '../../../installer/disk/size.ts';

const test = suite('the loader entry of an installation');
const system = hostSystem();
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-entry-'));
const file = path.join(folder, 'disk.raw');
const partitions = [
	{name: 'slipway-root', start: 50 * MiB},
	{name: 'slipway-esp', start: MiB},
];
const esp = unmountedPartition(system, {file, offset: MiB});
test.after(() => rmSync(folder, {recursive: true}));
test.before.each(async () => {
	writeFileSync(file, '');
	truncateSync(file, 50 * MiB);
	await system.run('mkfs.vfat', ['-F', '32', '-s', '1', '--offset=2048', file, '40960']);
});

test('is missing as long as there is all else, and then present under any counter', async () => {
	await esp.write([entriesMarker]);
	assert.is(await findBootEntry(system, file, partitions), 'missing');
	await esp.write([textFile('loader/entries/other.conf', 'title other\n')]);
	assert.is(await findBootEntry(system, file, partitions), 'missing');
	await esp.write([textFile('loader/entries/slipway-0123456789ab.0+2-1.conf', 'title x\n')]);
	assert.is(await findBootEntry(system, file, partitions), 'present');
});

test('is none of those where others start from the partition', async () => {
	await esp.write([entriesMarker, textFile('EFI/BOOT/BOOTX64.EFI', 'x')]);
	assert.is(await findBootEntry(system, file, partitions), 'missing');
	await esp.write([textFile('EFI/Microsoft/Boot/bootmgfw.efi', 'x')]);
	assert.is(await findBootEntry(system, file, partitions), 'shared');
	await esp.write([textFile('loader/entries/slipway-0123456789ab.0.conf', 'title x\n')]);
	assert.is(await findBootEntry(system, file, partitions), 'present');
});

test('is found on a boot partition that has its name of before the end', async () => {
	const root = {name: 'slipway-root-incomplete', start: 50 * MiB};
	const besides = [
		{name: 'slipway-esp', start: 50 * MiB},
		{name: 'slipway-xbootldr-incomplete', start: MiB},
	];
	await esp.write([textFile('loader/entries/slipway-0123456789ab.0.conf', 'title x\n')]);
	assert.is(
		await findBootEntry(system, file, [root, {name: 'slipway-esp-incomplete', start: MiB}]),
		'present',
	);
	assert.is(await findBootEntry(system, file, [root, ...besides]), 'present');
});

test('is unknown where nothing tells', async () => {
	assert.is(await findBootEntry(system, file, partitions), 'unknown');
	assert.is(await findBootEntry(system, file, []), 'unknown');
	writeFileSync(file, Buffer.alloc(50 * MiB));
	assert.is(await findBootEntry(system, file, partitions), 'unknown');
});

test.run();
