import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {
	compareTables,
	formatSfdiskScript,
	type Partition,
	type PartitionTable,
	parsePartitionTable,
} from '../../../installer/disk/partition-table.ts';
import {MiB} from '../../../installer/disk/size.ts';

const test = suite('partition tables');
const fixture = (name: string) =>
	readFileSync(path.join(import.meta.dirname, '../../fixtures/disk', name), 'utf8');

const esp: Partition = {
	number: 1,
	start: MiB,
	size: 64 * MiB,
	type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
	uuid: '5a1b0000-0000-4000-8000-000000000002',
	name: 'EFI system',
};
const gpt: PartitionTable = {
	label: 'gpt',
	id: '5a1b0000-0000-4000-8000-000000000001',
	sectorSize: 512,
	partitions: [esp],
};

test('are read from GPT, with positions in bytes', () => {
	assert.equal(parsePartitionTable(fixture('sfdisk-gpt.json')), {
		...gpt,
		partitions: [
			esp,
			{
				number: 2,
				start: 65 * MiB,
				size: 204_800_000,
				type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
				uuid: '5a1b0000-0000-4000-8000-000000000003',
				name: 'root',
			},
			{
				number: 3,
				start: 307_200_000,
				size: 153_600_000,
				type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
				uuid: '5a1b0000-0000-4000-8000-000000000004',
				name: '',
			},
		],
		room: {start: MiB, end: 629_128_704, slots: 128},
	});
});

test('are read from GPT with sectors of 4096 bytes', () => {
	assert.equal(parsePartitionTable(fixture('sfdisk-gpt-4096.json')), {
		...gpt,
		sectorSize: 4096,
		partitions: [{...esp, size: 256 * MiB, name: 'slipway-esp'}],
		room: {start: MiB, end: 314_552_320, slots: 128},
	});
});

test('are read with attributes, and with as many entries as they say', () => {
	const json = JSON.stringify({
		partitiontable: {
			...{label: 'gpt', id: 'A', unit: 'sectors', firstlba: 34, lastlba: 99, 'table-length': 4},
			partitions: [
				{node: 'd3', start: 40, size: 8, type: 'B', uuid: 'C', attrs: 'RequiredPartition GUID:63'},
			],
		},
	});
	assert.equal(parsePartitionTable(json), {
		label: 'gpt',
		id: 'a',
		sectorSize: 512,
		partitions: [
			{
				...{number: 3, start: 40 * 512, size: 8 * 512, type: 'b', uuid: 'c', name: ''},
				attributes: 'RequiredPartition GUID:63',
			},
		],
		room: {start: 34 * 512, end: 100 * 512, slots: 4},
	});
});

test('are read from MBR, logical partitions with their numbers', () => {
	const {label, id, partitions} = parsePartitionTable(fixture('sfdisk-mbr.json'));
	assert.equal({label, id}, {label: 'dos', id: '0x12345678'});
	assert.equal(
		partitions.map(({number, type, start}) => ({number, type, start})),
		[
			{number: 1, type: '83', start: MiB},
			{number: 2, type: '5', start: 11 * MiB},
			{number: 5, type: '82', start: 12 * MiB},
		],
	);
});

test('are refused when sfdisk prints something else', () => {
	for (const text of ['', '{}', 'sfdisk: no', '{"partitiontable": {"label": 1}}']) {
		assert.throws(
			() => parsePartitionTable(text),
			(error: unknown) => error instanceof DamagedInput,
		);
	}
});

test('become a script that leaves sfdisk nothing to decide', () => {
	assert.is(
		formatSfdiskScript({...gpt, sectorSize: 4096}),
		`label: gpt
label-id: 5a1b0000-0000-4000-8000-000000000001
unit: sectors

p1 : start=256, size=16384, type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b, uuid=5a1b0000-0000-4000-8000-000000000002, name="EFI system"
`,
	);
});

test('are not written with parts of sectors or names that need quoting', () => {
	const withPartition = (change: Partial<Partition>) => ({
		...gpt,
		partitions: [{...esp, ...change}],
	});
	assert.throws(() => formatSfdiskScript(withPartition({start: 1000})), /not whole sectors of 512/);
	assert.throws(() => formatSfdiskScript(withPartition({name: 'a"b'})), /needs quoting/);
	assert.throws(() => formatSfdiskScript(withPartition({name: 'a\nb'})), /needs quoting/);
});

test('are compared in everything that was asked for', () => {
	assert.equal(compareTables(gpt, gpt), []);
	assert.equal(
		compareTables(gpt, {...gpt, id: 'other', partitions: [{...esp, size: MiB, name: ''}]}),
		[
			'id is other, not 5a1b0000-0000-4000-8000-000000000001',
			`size of partition 1 is ${MiB}, not ${64 * MiB}`,
			'name of partition 1 is empty, not EFI system',
		],
	);
	assert.equal(compareTables(gpt, {...gpt, partitions: [{...esp, number: 2}]}), [
		'partition 1 is missing',
		'partition 2 was not asked for',
	]);
});

test.run();
