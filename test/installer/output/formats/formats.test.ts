/** What QEMU reads from the images that are written is what is on the disk. */
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {checkImage, convertCompressed} from '../qemu-img.ts';
import {MiB, makeDisk, noise, sampleDisks, text} from '../sample-disks.ts';
import {writtenImages} from '../written-images.ts';

const test = suite<{folder: string}>('formats of disk images');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-formats-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const readByQemu = ['qcow2', 'vmdk', 'vhdx', 'vpc'] as const;

for (const [which, sample] of Object.entries(sampleDisks)) {
	test(`hold a disk ${which}`, async ({folder}) => {
		const disk = makeDisk(folder, sample);
		const images = await writtenImages(disk, readByQemu);
		for (const [format, file] of Object.entries(images)) checkImage(format, file, disk.path);
	});
}

test('qcow2 holds a disk whose last cluster is not whole, compressed and not', async ({folder}) => {
	const size = 5 * MiB + 512;
	const pieces = [
		[2 * MiB, noise(MiB)],
		[5 * MiB - 100, text(612)],
	] as const;
	const disk = makeDisk(folder, {size, pieces});
	for (const isCompressed of [true, false]) {
		const {qcow2 = ''} = await writtenImages(disk, ['qcow2'], {isCompressed});
		checkImage('qcow2', qcow2, disk.path);
	}
});

test('qcow2 is hardly larger than what QEMU makes of the same disk', async ({folder}) => {
	const programs = readFileSync(process.execPath).subarray(0, 12 * MiB);
	const pieces = [[MiB, Buffer.concat([programs, noise(MiB), text(MiB)])]] as const;
	const disk = makeDisk(folder, {size: 64 * MiB, pieces});
	const {qcow2 = ''} = await writtenImages(disk, ['qcow2']);
	const byQemu = path.join(folder, 'by-qemu.qcow2');
	convertCompressed(disk.path, byQemu);
	const ratio = statSync(qcow2).size / statSync(byQemu).size;
	assert.ok(ratio < 1.05, `${ratio} times the size`);
});

test.run();
