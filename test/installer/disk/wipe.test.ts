import {
	closeSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../../engine/system/host.ts';
import {isEmpty, isUnfinishedInstall, readContent} from '../../../installer/disk/content.ts';
import {DiskHold} from '../../../installer/disk/hold.ts';
import {partitionNames} from '../../../installer/disk/partition-names.ts';
import {writePartitionTable} from '../../../installer/disk/sfdisk.ts';
import {probeRegion} from '../../../installer/disk/signatures.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {wipeDisk, wipeRegion} from '../../../installer/disk/wipe.ts';

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

test('of a region takes all that libblkid knows there, and nothing of what is around it', async () => {
	const region = {start: 8 * MiB, size: 80 * MiB};
	const around = [region.start - 4096, region.start + region.size];
	truncateSync(disk.path, 96 * MiB);
	const file = openSync(disk.path, 'r+');
	for (const place of around) writeSync(file, Buffer.alloc(4096, 'x'), 0, 4096, place);
	// Of ZFS: four labels, two of them at the end, in each of which 128 times where its newest state is.
	const label = 256 * 1024;
	const mark = Buffer.from('0cb1ba00000000001c00000000000000', 'hex');
	for (const place of [0, label, region.size - 2 * label, region.size - label])
		for (let at = label / 2; at < label; at += 1024)
			writeSync(file, mark, 0, mark.length, region.start + place + at);
	closeSync(file);
	const found = async () => (await probeRegion(system, disk.path, region))?.type;
	const makeExt4 = async () => {
		const offset = `nodiscard,offset=${region.start}`;
		await system.run('mke2fs', ['-q', '-F', '-t', 'ext4', '-E', offset, disk.path, '80M']);
	};
	assert.is(await found(), 'zfs_member');
	await makeExt4();
	assert.is(await found(), 'several');
	{
		using hold = new DiskHold(disk.path);
		wipeRegion(hold, region);
	}
	assert.is(await found(), undefined);
	const bytes = readFileSync(disk.path);
	for (const place of around)
		assert.ok(bytes.subarray(place, place + 4096).equals(Buffer.alloc(4096, 'x')));
	await makeExt4();
	assert.is(await found(), 'ext4');
});

test('of a region smaller than what it zeroes goes no further', () => {
	writeFileSync(disk.path, Buffer.alloc(4 * MiB, 'x'));
	{
		using hold = new DiskHold(disk.path);
		wipeRegion(hold, {start: MiB, size: 2 * MiB});
	}
	const expected = Buffer.alloc(4 * MiB, 'x').fill(0, MiB, 3 * MiB);
	assert.ok(readFileSync(disk.path).equals(expected));
});

test.run();
