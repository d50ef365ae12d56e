import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {partitionNames} from '../../../installer/disk/partition-names.ts';
import type {Partition} from '../../../installer/disk/partition-table.ts';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {
	encryptionRequest,
	requestOffset,
} from '../../../installer/encryption/encryption-request.ts';
import {beforeFileSystem, rootPartition} from '../../../installer/verify/root-partition.ts';
import {memoryMedium} from './memory-medium.ts';

const test = suite('where the root of a disk lies');

const root: Partition = {
	...{number: 2, start: MiB, size: 20 * MiB},
	...{type: partitionTypes.rootX64, uuid: 'a', name: partitionNames.root},
};

function disk(): Buffer {
	const bytes = Buffer.alloc(22 * MiB);
	const request = encryptionRequest({
		...{uuid: 'b', cipher: 'aes-xts-plain64'},
		unlockedBy: [{kind: 'tpm2', pcrs: [7], pin: false}],
	});
	bytes.set(request, root.start + requestOffset);
	return bytes;
}

function look(bytes: Buffer) {
	using medium = memoryMedium(bytes);
	const place = rootPartition(medium, [root], 'disk.raw');
	return {place, findings: beforeFileSystem(medium, [root], place)};
}

test('is all of its partition, usually', () => {
	assert.equal(look(Buffer.alloc(22 * MiB)), {place: root, findings: []});
});

test('is behind the room for a header where it is to be encrypted', () => {
	const place = {...root, start: 17 * MiB, size: 4 * MiB};
	assert.equal(look(disk()), {place, findings: []});
});

test('has nothing else in that room', () => {
	for (const [where, first] of [
		[root.start + 5, root.start + 5],
		[root.start + requestOffset + 200, root.start + requestOffset + 200],
		[root.start + requestOffset + 9000, root.start + requestOffset + 9000],
	] as const) {
		const bytes = disk();
		bytes[where] = 1;
		assert.equal(look(bytes).findings, [
			{
				kind: 'extra',
				partition: 2,
				path: 'the room for a LUKS2 header',
				problem: `is not empty from byte ${first} of the disk on`,
			},
		]);
	}
});

test('cannot be read once it is being encrypted', () => {
	const bytes = disk();
	bytes.write('LUKS\xba\xbe', root.start, 'latin1');
	assert.throws(
		() => look(bytes),
		(error: unknown) => error instanceof Refused && error.code === 'unreadable-root',
	);
});

test.run();
