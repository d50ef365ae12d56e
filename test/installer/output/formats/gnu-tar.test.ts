import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {decodeHeader} from '../../../../engine/tar/header.ts';
import {gnuHeader, memberPadding} from '../../../../installer/output/formats/gnu-tar.ts';

const test = suite('tar of GNU');
const time = new Date('2026-01-02T03:04:05.678Z');

test('has headers with any size, and nobody in them', () => {
	for (const size of [0, 8 ** 11 - 1, 8 ** 11, 2 ** 45]) {
		const header = gnuHeader({name: 'disk.raw', size, time});
		assert.equal(decodeHeader(header, 0), {
			offset: 0,
			name: 'disk.raw',
			typeflag: '0',
			linkName: '',
			mode: 0o644,
			uid: 0,
			gid: 0,
			size,
			mtime: 1767323045,
			devMajor: 0,
			devMinor: 0,
		});
		assert.is(header.toString('latin1', 257, 265), 'ustar  \0');
	}
});

test('refuses a name that would be cut', () => {
	assert.throws(() => gnuHeader({name: 'n'.repeat(100), size: 1, time}), RangeError);
});

test('fills up blocks', () => {
	assert.equal(
		[0, 1, 511, 512, 2 ** 40 + 1].map((size) => memberPadding(size).length),
		[0, 511, 1, 0, 511],
	);
});

test.run();
