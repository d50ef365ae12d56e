import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {MiB} from '../../../installer/disk/size.ts';
import {hasBackupTable} from '../../../installer/grow/backup-table.ts';

const test = suite<{folder: string; file: string}>('copy of a partition table');

const size = 4 * MiB;

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-backup-'));
	context.file = path.join(context.folder, 'disk.raw');
	writeFileSync(context.file, '');
	truncateSync(context.file, size);
	execFileSync('sfdisk', ['--quiet', context.file], {input: 'label: gpt\nstart=2048, size=2048\n'});
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('is found as sfdisk makes it', ({file}) => {
	assert.is(hasBackupTable(file, size, 512), true);
});

test('is not where the disk ended before it became larger', ({file}) => {
	truncateSync(file, 2 * size);
	assert.is(hasBackupTable(file, 2 * size, 512), false);
	assert.is(hasBackupTable(file, size, 4096), false, 'nor with other sectors');
});

/** Places in the last 33 sectors: entries, then the header. */
const header = size - 512;
const damages: readonly (readonly [string, number])[] = [
	['its first entry', header - 32 * 512],
	['its last entry', header - 1],
	['its signature', header],
	['its sum', header + 16],
	['its own place', header + 24],
	['where its entries begin', header + 79],
	['how many entries there are', header + 83],
	['how large they are', header + 87],
];
for (const [name, place] of damages)
	test(`is not whole without ${name}`, ({file}) => {
		const bytes = readFileSync(file);
		bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
		writeFileSync(file, bytes);
		assert.is(hasBackupTable(file, size, 512), false);
	});

test('is not where there never was one', ({file}) => {
	writeFileSync(file, Buffer.alloc(size));
	assert.is(hasBackupTable(file, size, 512), false);
});

test.run();
