import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../../engine/system/host.ts';
import {isEmpty, isUnfinishedInstall, readContent} from '../../../installer/disk/content.ts';
import {DiskHold} from '../../../installer/disk/hold.ts';
import {partitionNames} from '../../../installer/disk/partition-names.ts';
import {writePartitionTable} from '../../../installer/disk/sfdisk.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {wipeDisk} from '../../../installer/disk/wipe.ts';

const test = suite('wiping a disk');
const system = hostSystem();
let folder: string;
let disk: {path: string; size: number; sectorSize: number};

test.before.each(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-wipe-'));
	disk = {path: path.join(folder, 'disk.raw'), size: 64 * MiB, sectorSize: 512};
	writeFileSync(disk.path, '');
	truncateSync(disk.path, disk.size);
});
test.after.each(() => rmSync(folder, {recursive: true}));

async function writeTable(): Promise<void> {
	await writePartitionTable(system, disk, {
		label: 'gpt',
		id: '5a1b0000-0000-4000-8000-000000000001',
		sectorSize: 512,
		partitions: [
			{
				number: 1,
				start: MiB,
				size: 62 * MiB,
				type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
				uuid: '5a1b0000-0000-4000-8000-000000000002',
				name: partitionNames.unfinishedRoot,
			},
		],
	});
}

async function wipe(size: number): Promise<void> {
	using hold = new DiskHold(disk.path);
	await wipeDisk(system, disk.path, size, hold);
}

test('leaves neither table nor copy of it', async () => {
	await writeTable();
	await wipe(disk.size);
	assert.ok(isEmpty(await readContent(system, disk)));
	assert.ok(readFileSync(disk.path).equals(Buffer.alloc(disk.size)));
});

test('leaves no file system on the whole disk, wherever it has its mark', async () => {
	for (const mkfs of [['mke2fs', '-q', '-F'], ['mkswap', '--quiet'], ['mkfs.vfat']]) {
		const [command = '', ...args] = mkfs;
		await system.run(command, [...args, disk.path]);
		await wipe(disk.size);
		assert.ok(isEmpty(await readContent(system, disk)), command);
	}
});

test('of an unfinished installation can be killed after any page', async () => {
	await writeTable();
	const bytes = readFileSync(disk.path);
	bytes.fill(0, disk.size - MiB);
	for (const pages of [0, 1, 2, 4, 5, 256]) {
		bytes.fill(0, 0, pages * 4096);
		writeFileSync(disk.path, bytes);
		const content = await readContent(system, disk);
		assert.ok(isEmpty(content) || isUnfinishedInstall(content), `after ${pages} pages`);
	}
});

test('keeps the size of a file, also one smaller than what it zeroes', async () => {
	writeFileSync(disk.path, 'some text');
	await wipe(9);
	assert.equal(readFileSync(disk.path), Buffer.alloc(9));
});

test.run();
