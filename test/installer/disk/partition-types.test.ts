import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	describePartitionType,
	partitionTypes,
	rootPartitionType,
} from '../../../installer/disk/partition-types.ts';

const test = suite('partition types');

test('are GUIDs in lower case, each once', () => {
	const guids = Object.values(partitionTypes);
	for (const guid of guids) assert.match(guid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
	assert.is(new Set(guids).size, guids.length);
});

test('give each architecture its root', () => {
	assert.is(rootPartitionType('x86-64'), '4f68bce3-e8cd-4db1-96e7-fbcaf984b709');
	assert.is(rootPartitionType('arm64'), 'b921b045-1df0-41c3-af44-4c6f280d3fae');
});

test('have words for people, whatever the case of the GUID', () => {
	assert.is(describePartitionType('C12A7328-F81F-11D2-BA4B-00A0C93EC93B'), 'EFI system partition');
	assert.is(describePartitionType('00000000-0000-0000-0000-000000000000'), undefined);
});

test.run();
