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
import {fakeSystem} from '../../../engine/system/fake.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import type {SharedLayout} from '../../../installer/disk/beside/table-steps.ts';
import type {Partition, PartitionTable} from '../../../installer/disk/partition-table.ts';
import {
	changePartitionTable,
	checkSameTable,
	readPartitionTable,
	renamePartition,
	resizePartition,
	writePartitionTable,
} from '../../../installer/disk/sfdisk.ts';
import {MiB} from '../../../installer/disk/size.ts';

const test = suite('sfdisk on plain files');
const system = hostSystem();
let folder: string;
let disk: {path: string; sectorSize: number};

test.before.each(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-sfdisk-'));
	disk = {path: path.join(folder, 'disk.raw'), sectorSize: 512};
	writeFileSync(disk.path, '');
	truncateSync(disk.path, 128 * MiB);
});
test.after.each(() => rmSync(folder, {recursive: true}));

const table: PartitionTable = {
	label: 'gpt',
	id: '5a1b0000-0000-4000-8000-000000000001',
	sectorSize: 512,
	partitions: [
		{
			number: 1,
			start: MiB,
			size: 40 * MiB,
			type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
			uuid: '5a1b0000-0000-4000-8000-000000000002',
			name: 'slipway-esp',
		},
		{
			number: 2,
			start: 41 * MiB,
			size: 86 * MiB,
			type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
			uuid: '5a1b0000-0000-4000-8000-000000000003',
			name: 'slipway-root-incomplete',
		},
	],
};

/** What sfdisk leaves of the file for partitions. */
const room = {start: MiB, end: 134_200_832, slots: 128};

test('writes the table that was asked for', async () => {
	await writePartitionTable(system, disk, table);
	assert.equal(await readPartitionTable(system, disk), {...table, room});
});

test('writes the same bytes each time', async () => {
	await writePartitionTable(system, disk, table);
	const first = readFileSync(disk.path);
	writeFileSync(disk.path, '');
	truncateSync(disk.path, 128 * MiB);
	await writePartitionTable(system, disk, table);
	assert.ok(first.equals(readFileSync(disk.path)));
});

test('finds no table on an empty disk', async () => {
	assert.is(await readPartitionTable(system, disk), undefined);
});

test('says so when the disk cannot be read', async () => {
	const missing = {path: path.join(folder, 'missing'), sectorSize: 512};
	try {
		await readPartitionTable(system, missing);
		assert.unreachable();
	} catch (error) {
		assert.match(String(error), /sfdisk --json .*missing ended with status 1: .*No such file/);
	}
});

/** Of the protective MBR. */
function setBootFlag(): void {
	const file = openSync(disk.path, 'r+');
	writeSync(file, Buffer.of(0x80), 0, 1, 446);
	closeSync(file);
}
const bootFlag = () => readFileSync(disk.path)[446];

test('renames a partition and leaves the rest', async () => {
	await writePartitionTable(system, disk, table);
	setBootFlag();
	await renamePartition(system, disk, 2, 'slipway-root');
	assert.is(bootFlag(), 0x80);
	const [esp, root] = table.partitions;
	assert.equal(await readPartitionTable(system, disk), {
		...table,
		room,
		partitions: [esp, {...root, name: 'slipway-root'}],
	});
});

/** Names that a script could not have, attributes, and numbers that are not in order. */
async function makeForeignTable(): Promise<PartitionTable> {
	const script = `label: gpt
p2 : start=2048, size=20480, type=linux, name="a \\x22b\\x22 é", attrs="RequiredPartition GUID:63"
p1 : start=40960, size=20480, type=swap
p5 : start=81920, size=20480, type=linux, name="old", attrs="RequiredPartition LegacyBIOSBootable GUID:60,63"
`;
	await system.run('sfdisk', ['--quiet', '--lock=no', disk.path], {input: script});
	const found = await readPartitionTable(system, disk);
	if (found === undefined) throw new Error('no table was made');
	return found;
}

for (const [title, removed] of [
	['adds partitions', []],
	['puts partitions in the place of others', [5]],
	['puts partitions in the place of several', [1, 5]],
] as const)
	test(`${title}, and leaves all others`, async () => {
		const found = await makeForeignTable();
		const [first] = removed;
		const root = {...fresh, number: first ?? 3, start: 51 * MiB, size: 60 * MiB};
		setBootFlag();
		const layout = {
			...found,
			label: 'gpt',
			partitions: [
				{...root, role: 'root'},
				{...root, number: 4, start: 111 * MiB, size: 8 * MiB, uuid: otherUuid, role: 'swap'},
			],
			beside: {
				kept: found.partitions.filter(({number}) => !isIn(removed, number)).map(described),
				removed: found.partitions.filter(({number}) => isIn(removed, number)).map(described),
				deadEntries: [],
			},
		} as const satisfies SharedLayout;
		await checkSameTable(system, disk, layout);
		await changePartitionTable(system, disk, layout);
		const made = await readPartitionTable(system, disk);
		const kept = found.partitions.filter(({number}) => !isIn(removed, number));
		assert.equal(
			made?.partitions.filter(({number}) => kept.some((one) => one.number === number)),
			kept,
		);
		assert.equal([made?.id, made?.room], [found.id, found.room]);
		assert.is(made?.partitions.length, kept.length + 2);
		assert.is(bootFlag(), 0x80);
		await checkSameTable(system, disk, layout).then(
			() => assert.unreachable(),
			(error: unknown) => assert.match(String(error), /partitions of .* are not any more what/),
		);
	});

const otherUuid = '5a1b0000-0000-4000-8000-000000000009';
const fresh = {
	type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
	uuid: '5a1b0000-0000-4000-8000-000000000003',
	name: 'slipway-root-incomplete',
	finishedName: 'slipway-root',
	fileSystem: {type: 'ext4', uuid: '', label: ''},
} as const;
const described = (partition: Partition) => ({...partition, content: ''});
const isIn = (numbers: readonly number[], number: number) => numbers.includes(number);

test('removes what libblkid would find where a partition begins', async () => {
	await writePartitionTable(system, disk, table);
	await system.run('mke2fs', ['-q', '-F', '-E', `offset=${41 * MiB}`, disk.path, '80M']);
	await writePartitionTable(system, disk, table);
	const region = ['--offset', String(41 * MiB), '--size', String(86 * MiB)];
	const {status} = await system.run('blkid', ['--probe', ...region, disk.path], {
		okStatuses: [0, 2],
	});
	assert.is(status, 2);
});

test('does not take a smaller partition for the one asked for', async () => {
	const shrinking = fakeSystem(
		{},
		{
			sfdisk: (args) => (args.includes('--json') ? fixture('sfdisk-gpt.json') : ''),
		},
	);
	const bigger = {...table, partitions: []};
	try {
		await writePartitionTable(shrinking, disk, bigger);
		assert.unreachable();
	} catch (error) {
		assert.match(
			String(error),
			/disk\.raw did not get the partition table that was asked for: partition 1 was not asked for/,
		);
	}
});

test('asks a sfdisk that knows how for sectors of 4096 bytes', async () => {
	const fake = fakeSystem({}, {sfdisk: fixture('sfdisk-gpt-4096.json')});
	const read = await readPartitionTable(fake, {...disk, sectorSize: 4096});
	assert.is(read?.sectorSize, 4096);
	assert.equal(fake.commandLines(), [`sfdisk --json --sector-size=4096 ${disk.path}`]);
});

function fixture(name: string): string {
	return readFileSync(path.join(import.meta.dirname, '../../fixtures/disk', name), 'utf8');
}

test('gives a partition all of a disk that became larger, and leaves the others and its flags', async () => {
	const root = table.partitions[1];
	const attributes = 'GUID:59';
	await writePartitionTable(system, disk, table);
	await system.run('sfdisk', ['--quiet', '--part-attrs', disk.path, '2', attributes]);
	truncateSync(disk.path, 256 * MiB);
	const resized = {
		...table,
		partitions: table.partitions.map((one) =>
			one === root ? {...one, size: 214 * MiB, attributes} : one,
		),
	};
	await resizePartition(system, disk, {number: 2, table: resized});
	assert.equal(await readPartitionTable(system, disk), {
		...resized,
		room: {...room, end: room.end + 128 * MiB},
	});
	await system.run('sfdisk', ['--verify', disk.path]);
});

test.run();
