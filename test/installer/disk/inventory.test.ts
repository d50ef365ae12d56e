import {mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../../engine/system/host.ts';
import {describeContent} from '../../../installer/disk/content.ts';
import {unknownIdentity} from '../../../installer/disk/identity.ts';
import {inspectDisk} from '../../../installer/disk/inventory.ts';
import {isFound} from '../../../installer/disk/refusals.ts';
import {writePartitionTable} from '../../../installer/disk/sfdisk.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {emptyContent} from './found-disk.ts';
import {makeKernel} from './sysfs.ts';

const test = suite('inventory of plain files and of what is no disk');
const system = hostSystem();
let folder: string;
let file: string;

test.before.each(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-inventory-'));
	file = path.join(folder, 'disk.raw');
	writeFileSync(file, '');
	truncateSync(file, 64 * MiB);
});
test.after.each(() => rmSync(folder, {recursive: true}));

async function contentOf(disk: string): Promise<string> {
	const found = await inspectDisk(system, disk);
	return isFound(found) ? describeContent(found.content) : found.kind;
}

test('has an empty file, through a link', async () => {
	const link = path.join(folder, 'link');
	symlinkSync(file, link);
	assert.equal(await inspectDisk(system, link), {
		kind: 'file',
		path: link,
		realPath: file,
		size: 64 * MiB,
		sectorSize: 512,
		isReadOnly: false,
		partitionOf: undefined,
		identity: unknownIdentity,
		content: emptyContent,
		uses: [],
		backsRunningSystem: false,
	});
});

test('has files that no tool takes for a disk', async () => {
	for (const [text, content] of [
		['', 'empty'],
		['x', 'data of an unknown kind'],
		['x'.repeat(511), 'data of an unknown kind'],
		['x'.repeat(512), 'data of an unknown kind'],
		['\0'.repeat(700), 'empty'],
	] as const) {
		writeFileSync(file, text);
		assert.is(await contentOf(file), content, `${text.length} bytes`);
	}
});

test('has what is on the whole of it', async () => {
	await system.run('mke2fs', ['-q', '-F', '-L', 'backup', file]);
	assert.is(await contentOf(file), 'ext2 "backup"');
});

test('has a FAT file system and not the table that its boot sector looks like', async () => {
	await system.run('mkfs.vfat', ['-n', 'STICK', file]);
	assert.is(await contentOf(file), 'vfat "STICK"');
});

test('has partitions with what is in them, and a name for those with nothing', async () => {
	const partition = {type: '0fc63daf-8483-4772-8e79-3d69d8477de4', size: 16 * MiB};
	await writePartitionTable(
		system,
		{path: file, sectorSize: 512},
		{
			label: 'gpt',
			id: '5a1b0000-0000-4000-8000-000000000001',
			sectorSize: 512,
			partitions: [1, 2].map((number) => ({
				...partition,
				number,
				start: (number * 20 + 1) * MiB,
				uuid: `5a1b0000-0000-4000-8000-00000000001${number}`,
				name: `part ${number}`,
			})),
		},
	);
	await system.run('mke2fs', ['-q', '-F', '-E', `offset=${21 * MiB}`, file, '16M']);
	assert.is(await contentOf(file), 'GPT with 2 partitions: ext2 "part 1", no file system "part 2"');
});

test('has data that nobody knows, at the start or at the end', async () => {
	const data = Buffer.alloc(64 * MiB);
	data[5000] = 1;
	writeFileSync(file, data);
	assert.is(await contentOf(file), 'data of an unknown kind');
	data[5000] = 0;
	data[64 * MiB - 1] = 1;
	writeFileSync(file, data);
	assert.is(await contentOf(file), 'data of an unknown kind');
});

test('has what is there instead of a disk', async () => {
	const kinds: readonly (readonly [string, string, string])[] = [
		[path.join(folder, 'none'), 'missing', ''],
		[folder, 'not-a-disk', 'a folder'],
		['/dev/null', 'not-a-disk', 'a character device'],
	];
	for (const [place, kind, detail] of kinds) {
		const found = await inspectDisk(system, place);
		assert.equal(found, {kind, path: place, detail, backsRunningSystem: false});
	}
});

test('knows a disk that the container has no node for', async () => {
	const kernel = makeKernel({sdx: {number: '8:368'}});
	mkdirSync(path.join(folder, 'dev'));
	const found = await inspectDisk(system, '/dev/sdx', kernel.paths);
	kernel.remove();
	assert.is(found.kind, 'not-visible');
});

test.run();
