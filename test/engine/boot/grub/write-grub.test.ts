import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	coreRoom,
	coreSectorOf,
	placedBoot,
	placedCore,
} from '../../../../engine/boot/grub/boot-images.ts';
import {findGrubDisk} from '../../../../engine/boot/grub/grub-disk.ts';
import {updateGrub} from '../../../../engine/boot/grub/update-grub.ts';
import {compareGrub, writeGrub} from '../../../../engine/boot/grub/write-grub.ts';
import {grubImages} from './grub-images.ts';

const test = suite<{folder: string; disk: string}>('GRUB on a disk');

const start = 2 ** 20;
const partition = {start, size: 2 * coreRoom};
const [firstHalf, secondHalf] = [2048, 3072];
/** As a disk is with a table, and something in front of and behind the partition. */
const before = Buffer.alloc(4 * 2 ** 20, 5);

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-grub-disk-'));
	context.disk = path.join(context.folder, 'dev/vda');
	mkdirSync(path.dirname(context.disk));
	writeFileSync(context.disk, before);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('is where its partition is, and nothing else is changed', async ({disk}) => {
	const images = grubImages();
	const wanted = Buffer.from(before);
	// The signature is that of the table.
	wanted.writeUInt16LE(0xaa55, 510);
	writeFileSync(disk, wanted);
	await writeGrub(disk, partition, images);
	placedBoot(images.boot, Buffer.from(wanted.subarray(0, 512)), firstHalf).copy(wanted);
	placedCore(images.core, firstHalf).copy(wanted, start);
	assert.ok(readFileSync(disk).equals(wanted));
});

const sectorOf = (disk: string) => coreSectorOf(readFileSync(disk).subarray(0, 512));

/** A disk with a table has its signature. */
function withTable(disk: string): void {
	const first = Buffer.from(before);
	first.writeUInt16LE(0xaa55, 510);
	writeFileSync(disk, first);
}

test('goes where none is in use, which stays whole', async ({disk}) => {
	withTable(disk);
	const [old, fresh] = [grubImages(1), grubImages(2)];
	await writeGrub(disk, partition, old);
	assert.is(sectorOf(disk), firstHalf);
	await writeGrub(disk, partition, fresh);
	assert.is(sectorOf(disk), secondHalf);
	const bytes = readFileSync(disk);
	assert.ok(bytes.subarray(start).indexOf(placedCore(old.core, firstHalf)) === 0);
	assert.ok(bytes.subarray(start + coreRoom).indexOf(placedCore(fresh.core, secondHalf)) === 0);
	await writeGrub(disk, partition, old);
	assert.is(sectorOf(disk), firstHalf);
});

test('is compared with all its bytes', async ({disk}) => {
	withTable(disk);
	assert.is(await compareGrub(disk, grubImages(1)), 'other');
	await writeGrub(disk, partition, grubImages(1));
	assert.is(await compareGrub(disk, grubImages(1)), 'same');
	assert.is(await compareGrub(disk, grubImages(2)), 'other');
	const bytes = readFileSync(disk);
	bytes.writeUInt8(9, start + 2000);
	writeFileSync(disk, bytes);
	assert.is(await compareGrub(disk, grubImages(1)), 'other');
});

test('follows an image, but not where slipway did not make room for it', async ({disk}) => {
	withTable(disk);
	await writeGrub(disk, partition, grubImages(1));
	const found = {path: disk, partition};
	const update = (dryRun: boolean) => updateGrub(found, grubImages(2), {dryRun});
	assert.equal(await update(true), {path: disk, state: 'other', replace: true});
	assert.is(sectorOf(disk), firstHalf);
	assert.equal(await update(false), {path: disk, state: 'other', replace: true});
	assert.equal(await update(false), {path: disk, state: 'same', replace: false});
	const foreign = {path: disk, partition: {...partition, size: coreRoom}};
	assert.equal(await updateGrub(foreign, grubImages(3)), {
		path: disk,
		state: 'foreign',
		replace: false,
	});
	assert.is(await compareGrub(disk, grubImages(2)), 'same');
});

/** Of a machine whose boot partition is the second of vda. */
function showDisk(folder: string): void {
	const put = (file: string, text: string) => {
		mkdirSync(path.dirname(path.join(folder, file)), {recursive: true});
		writeFileSync(path.join(folder, file), text);
	};
	const disk = 'sys/devices/pci/block/vda';
	const places = [
		[1, 2048, 2048],
		[2, 4096, 100_000],
	];
	for (const [number, from, size] of places) {
		put(`${disk}/vda${number}/partition`, `${number}\n`);
		put(`${disk}/vda${number}/start`, `${from}\n`);
		put(`${disk}/vda${number}/size`, `${size}\n`);
	}
	mkdirSync(path.join(folder, 'sys/class/block'), {recursive: true});
	symlinkSync(path.join(folder, disk, 'vda2'), path.join(folder, 'sys/class/block/vda2'));
	put(
		'proc/self/mountinfo',
		'30 1 0:40 / /boot rw shared:1 - autofs systemd-1 rw\n31 30 254:2 / /boot rw shared:2 - vfat /dev/vda2 rw\n',
	);
}

test('is found beside the boot partition, by what the first sector says', async ({
	folder,
	disk,
}) => {
	showDisk(folder);
	withTable(disk);
	assert.is(await findGrubDisk('/boot', folder), undefined);
	await writeGrub(disk, partition, grubImages());
	assert.equal(await findGrubDisk('/boot', folder), {path: disk, partition});
	assert.is(await findGrubDisk('/efi', folder), undefined);
	await writeGrub(disk, {...partition, start: 60 * start}, grubImages());
	assert.is(await findGrubDisk('/boot', folder), undefined);
});

test.run();
