import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import type {Partition} from '../../../installer/disk/partition-table.ts';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {type FoundRoot, planGrowth} from '../../../installer/grow/growth-plan.ts';
import {esp, rootEntry, sampleRoot, sampleTable} from './sample-root.ts';

const test = suite('growth of a root');

const large = {size: 20 * GiB, hasBackup: false};
/** Up to the last whole MiB before the copy of the table. */
const most = 20 * GiB - 257 * MiB;
const grownTable = {...sampleTable, partitions: [esp, {...rootEntry, size: most}]};

const swap: Partition = {
	number: 3,
	start: 1280 * MiB,
	size: 512 * MiB,
	type: partitionTypes.swap,
	uuid: '44444444-4444-4444-8444-444444444444',
	name: 'slipway-swap',
};

test('takes partition and file system to the end of a disk that is larger', () => {
	const root = sampleRoot({disk: large});
	assert.equal(planGrowth(root), {
		root,
		size: most,
		steps: [{kind: 'table', table: grownTable}, {kind: 'partition'}, {kind: 'file-system'}],
	});
});

const kinds = (root: FoundRoot): string[] => planGrowth(root).steps.map(({kind}) => kind);

const states: readonly (readonly [string, FoundRoot, readonly string[]])[] = [
	['a disk that is not larger', sampleRoot(), []],
	['one that is smaller than its image', sampleRoot({disk: {size: GiB}}), []],
	['a gain of less than 16 MiB', sampleRoot({disk: {size: 1296 * MiB}}), []],
	['one of 16 MiB', sampleRoot({disk: {size: 1297 * MiB}}), ['table', 'partition', 'file-system']],
	[
		'a cut after the table was written',
		sampleRoot({disk: {...large, table: grownTable, hasBackup: true}}),
		['partition', 'file-system'],
	],
	[
		'a cut before the copy of the table was on the medium',
		sampleRoot({disk: {...large, table: grownTable}, partition: {size: most}}),
		['table', 'file-system'],
	],
	[
		'a cut after the kernel was told',
		sampleRoot({disk: {...large, table: grownTable, hasBackup: true}, partition: {size: most}}),
		['file-system'],
	],
	[
		'a cut within the growth of the file system',
		sampleRoot({
			disk: {...large, table: grownTable, hasBackup: true},
			partition: {size: most},
			fileSystem: {size: 9 * GiB},
		}),
		['file-system'],
	],
	[
		'an encrypted root on a larger disk',
		sampleRoot({disk: large, mapping: GiB - 16 * MiB, fileSystem: {size: GiB - 16 * MiB}}),
		['table', 'partition', 'mapping', 'file-system'],
	],
	[
		'one that was unlocked after its partition had grown',
		sampleRoot({
			disk: {...large, table: grownTable, hasBackup: true},
			partition: {size: most},
			mapping: most - 16 * MiB,
			fileSystem: {size: GiB - 16 * MiB},
		}),
		['file-system'],
	],
	[
		'one that has all of its disk',
		sampleRoot({
			disk: {...large, table: grownTable, hasBackup: true},
			partition: {size: most},
			mapping: most - 16 * MiB,
			fileSystem: {size: most - 16 * MiB},
		}),
		[],
	],
	[
		'a file system without a last piece',
		sampleRoot({
			disk: {...large, table: grownTable, hasBackup: true},
			partition: {size: most},
			fileSystem: {size: most - 8 * MiB},
		}),
		[],
	],
	[
		'a partition behind the root on a disk that is not larger',
		sampleRoot({
			disk: {size: 1793 * MiB, table: {...sampleTable, partitions: [esp, rootEntry, swap]}},
		}),
		[],
	],
	[
		'a root that comes first in the table and last on the disk',
		sampleRoot({
			disk: {
				...large,
				table: {
					...sampleTable,
					partitions: [
						{...rootEntry, number: 1},
						{...esp, number: 2},
					],
				},
			},
			partition: {number: 1},
		}),
		['table', 'partition', 'file-system'],
	],
];
for (const [name, root, expected] of states)
	test(`decides on ${name}`, () => assert.equal(kinds(root), expected));

test('leaves more room for the copy of a longer table, and on larger sectors', () => {
	const ends = [
		{slots: 128, sectorSize: 512},
		{slots: 128, sectorSize: 4096},
		{slots: 16384, sectorSize: 512},
	].map(({slots, sectorSize}) => {
		const room = {start: MiB, end: 1280 * MiB, slots};
		const disk = {...large, sectorSize, table: {...sampleTable, sectorSize, room}};
		return 256 * MiB + planGrowth(sampleRoot({disk})).size;
	});
	assert.equal(ends, [20 * GiB - MiB, 20 * GiB - MiB, 20 * GiB - 3 * MiB]);
});

const refusals: readonly (readonly [string, FoundRoot, string, string])[] = [
	[
		'a partition behind the root',
		sampleRoot({disk: {...large, table: {...sampleTable, partitions: [esp, rootEntry, swap]}}}),
		'partition-behind-root',
		'partition 3 "slipway-swap" lies behind the root on /dev/vda, so the root cannot grow',
	],
	[
		'an MBR',
		sampleRoot({disk: {...large, table: {...sampleTable, label: 'dos'}}}),
		'not-gpt',
		'/dev/vda has a partition table of the kind dos, not a GPT',
	],
	[
		'a table that was written anew',
		sampleRoot({disk: large, partition: {start: 257 * MiB}}),
		'other-table',
		'the partition table of /dev/vda is not the one that the kernel uses',
	],
];
for (const [name, root, code, message] of refusals)
	test(`refuses ${name}`, () => {
		assert.throws(
			() => planGrowth(root),
			(error: unknown) =>
				error instanceof Refused && error.code === code && error.message === message,
		);
	});

test.run();
