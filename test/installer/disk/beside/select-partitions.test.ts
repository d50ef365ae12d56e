import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {PartitionSelector} from '../../../../installer/answers/answers.ts';
import {
	describeSelector,
	selectPartitions,
} from '../../../../installer/disk/beside/select-partitions.ts';
import {partitionTypes} from '../../../../installer/disk/partition-types.ts';
import {found, windows} from './shared-disk.ts';

const test = suite('selected partitions');

const linux = found(5, 20_480, 1000, {
	type: partitionTypes.linux,
	name: 'root',
	uuid: 'abcd0000-0000-4000-8000-000000000000',
	signature: {type: 'ext4', label: 'data3', uuid: 'ef010000-0000-4000-8000-000000000000'},
});
const partitions = [...windows, linux];
const sata = {disks: ['/dev/disk/by-id/ata-1', '/dev/sda'], partitions};
const nvme = {disks: ['/dev/nvme0n1'], partitions};

for (const [selector, place, numbers, words] of [
	[{number: 3}, sata, [3], 'partition 3'],
	[{number: 9}, sata, [], 'partition 9'],
	[{partLabel: 'root'}, sata, [5], 'partition name "root"'],
	[{label: 'data3'}, sata, [3, 5], 'label "data3"'],
	[{label: 'data3', number: 5}, sata, [5], 'partition 5, label "data3"'],
	[{uuid: 'AAAA-0001'}, sata, [1], 'UUID AAAA-0001'],
	[{uuid: 'ABCD0000-0000-4000-8000-000000000000'}, sata, [5], undefined],
	[{uuid: 'ef010000-0000-4000-8000-000000000000'}, sata, [5], undefined],
	[{path: '/dev/sda3'}, sata, [3], '/dev/sda3'],
	[{path: '/dev/sdb3'}, sata, [], '/dev/sdb3'],
	[{path: '/dev/nvme0n1p3'}, nvme, [3], '/dev/nvme0n1p3'],
	[{path: '/dev/nvme0n13'}, nvme, [], '/dev/nvme0n13'],
	[{type: 'linux'}, sata, [5], 'partitions of Linux'],
] as const satisfies readonly (readonly [
	PartitionSelector,
	unknown,
	readonly number[],
	string | undefined,
])[])
	test(`${JSON.stringify(selector)} of ${place.disks.at(-1)} are ${numbers.join(', ') || 'none'}`, () => {
		assert.equal(
			selectPartitions(selector, place).map(({number}) => number),
			numbers,
		);
		if (words !== undefined) assert.is(describeSelector(selector), words);
	});

test.run();
