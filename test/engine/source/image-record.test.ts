import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {
	formatImageRecord,
	type ImageRecord,
	parseImageRecord,
} from '../../../engine/source/image-record.ts';
import {device, directory, file, recordEntry, symlink} from './trees.ts';

const test = suite('image record');

const record: ImageRecord = {
	writtenSec: 1_795_383_911,
	layers: 3,
	hidden: ['/proc', '/etc/hosts'],
	entries: new Map([
		['/', recordEntry(directory({}, {mode: 0o555, mtimeSec: 5, mtimeNsec: 7}), {entryCount: 9})],
		['/dev/null', recordEntry(device(0x103, {mode: 0o666}))],
		['/dev/stdin', recordEntry(symlink('/proc/self/fd/0', {mode: 0o777}))],
		['/etc/hostname', recordEntry(file('myos\n', {mode: 0o4755, uid: 3, gid: 4}))],
		['/srv/\xff\xe4"', recordEntry(directory({}, {mtimeSec: -1}), {isUncommitted: true})],
	]),
};

const text = [
	'{"imageRecord":1,"written":1795383911,"layers":3,"hidden":["/proc","/etc/hosts"]}',
	'{"path":"/","mode":"555","mtime":[5,7],"entries":9}',
	'{"path":"/dev/null","type":"character","mode":"666","mtime":[1000,0],"rdev":259}',
	'{"path":"/dev/stdin","type":"symlink","mode":"777","mtime":[1000,0],"target":"/proc/self/fd/0"}',
	'{"path":"/etc/hostname","type":"file","mode":"4755","uid":3,"gid":4,"mtime":[1000,0],"content":"bXlvcwo="}',
	'{"path":"/srv/\xff\xe4\\"","mode":"755","mtime":[-1,0],"uncommitted":true}',
	'',
].join('\n');

test('is a line of JSON for each entry', () => {
	assert.is(formatImageRecord(record), text);
});

test('says the same when it is read again', () => {
	assert.equal(parseImageRecord(text), record);
});

const header = '{"imageRecord":1,"written":1,"hidden":[]}\n';
const damaged = [
	{text: '', message: 'line 1 of the image record is not JSON'},
	{text: `${header}{"path":`, message: 'line 2 of the image record is not JSON'},
	{
		text: '{"imageRecord":2,"written":1,"hidden":[]}',
		message: 'imageRecord of the image record, line 1, is 2, expected 1',
	},
	{
		text: `${header}{"path":"/x","mode":"9","mtime":[1,0]}`,
		message: 'mode of the image record, line 2, is "9", expected /^[0-7]{3,4}$/',
	},
	{
		text: `${header}{"path":"/x","mode":"755","mtime":[1,1000000000]}`,
		message: 'mtime.1 of the image record, line 2, is 1000000000, expected <=999999999',
	},
];

for (const {text: bytes, message} of damaged)
	test(`is refused when ${message}`, () => {
		assert.throws(
			() => parseImageRecord(bytes),
			(error: unknown) => error instanceof DamagedInput && error.message === message,
		);
	});

test.run();
