/** What tar reads from the images that are archives. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {checkImage, sha256} from '../qemu-img.ts';
import {cluster, MiB, makeDisk, noise, text} from '../sample-disks.ts';
import {folderIn, writtenImages} from '../written-images.ts';

const test = suite<{folder: string}>('disk images in archives');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-archives-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('gce is a tar with nothing but the disk, whole GiB long', async ({folder}) => {
	const pieces = [
		[0, text(3 * MiB)],
		[700 * MiB + 5 * cluster, noise(cluster)],
		[1024 * MiB - 1, Buffer.from([1])],
	] as const;
	const disk = makeDisk(folder, {size: 1024 * MiB, pieces});
	const {gce = ''} = await writtenImages(disk, ['gce']);
	const listed = execFileSync('tar', ['--utc', '-tvzf', gce], {encoding: 'utf8'});
	assert.match(listed, /^-rw-r--r-- 0\/0 +1073741824 2026-01-02 03:04 disk\.raw\n$/);
	const extracted = folderIn(folder, 'extracted');
	execFileSync('tar', ['-xzSf', gce], {cwd: extracted});
	execFileSync('cmp', [path.join(extracted, 'disk.raw'), disk.path]);
});

test('ova has a descriptor, digests that are right, and the disk as a VMDK', async ({folder}) => {
	const disk = makeDisk(folder, {size: 20 * MiB, pieces: [[MiB, text(4 * MiB)]]});
	const {ova = '', vmdk = ''} = await writtenImages(disk, ['ova', 'vmdk']);
	const listed = execFileSync('tar', ['-tf', ova], {encoding: 'utf8'});
	assert.is(listed, 'sample.ovf\nsample.mf\nsample.vmdk\n');
	execFileSync('tar', ['-xf', ova], {cwd: folder});
	const extracted = (name: string) => path.join(folder, name);
	assert.is(sha256(extracted('sample.vmdk')), sha256(vmdk));
	assert.is(
		readFileSync(extracted('sample.mf'), 'utf8'),
		`SHA256(sample.ovf)= ${sha256(extracted('sample.ovf'))}\nSHA256(sample.vmdk)= ${sha256(vmdk)}\n`,
	);
	const descriptor = readFileSync(extracted('sample.ovf'), 'utf8');
	assert.match(descriptor, `ovf:href="sample.vmdk" ovf:size="${statSync(vmdk).size}"`);
	assert.match(descriptor, `ovf:capacity="${disk.size}"`);
	checkImage('vmdk', extracted('sample.vmdk'), disk.path);
});

test.run();
