import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {sha256} from '../qemu-img.ts';
import {MiB, makeDisk, noise, text} from '../sample-disks.ts';
import {folderIn, writtenImages} from '../written-images.ts';

const test = suite<{folder: string}>('sameness of disk images');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-same-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const cases = [
	{formats: ['qcow2', 'vmdk', 'vhdx', 'vpc', 'ova'], size: 40 * MiB},
	{formats: ['gce'], size: 1024 * MiB},
] as const;

for (const {formats, size} of cases)
	test(`${formats.join(', ')}: the same disk, however its file stores zeros`, async ({folder}) => {
		const pieces = [
			[5 * MiB, text(MiB)],
			[7 * MiB, noise(MiB)],
		] as const;
		const sparse = makeDisk(folderIn(folder, 'sparse'), {size, pieces});
		const stored = makeDisk(folderIn(folder, 'stored'), {
			size,
			pieces: [[0, Buffer.alloc(20 * MiB)], ...pieces],
		});
		const together = await writtenImages(sparse, formats);
		for (const format of formats) {
			const alone = await writtenImages(stored, [format]);
			assert.is(sha256(alone[format] ?? ''), sha256(together[format] ?? ''), format);
		}
	});

test('tell disks apart by their seed', async ({folder}) => {
	const disk = makeDisk(folder, {size: MiB, pieces: [[0, text(100)]]});
	const withIdentifiers = ['vmdk', 'vhdx', 'vpc', 'ova'] as const;
	const one = await writtenImages(disk, withIdentifiers, {folder: folderIn(folder, 'one')});
	const other = await writtenImages({...disk, seed: 'another'}, withIdentifiers, {
		folder: folderIn(folder, 'other'),
	});
	for (const format of withIdentifiers)
		assert.is.not(sha256(one[format] ?? ''), sha256(other[format] ?? ''), format);
});

test.run();
