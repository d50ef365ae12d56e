import {deflateSync, inflateSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {crc32c} from '../../../../installer/disk/crc32c.ts';
import {deflate} from '../../../../installer/output/deflate.ts';
import {guidBytes} from '../../../../installer/output/formats/guid.ts';
import {adler32, zlibFrame} from '../../../../installer/output/formats/zlib-frame.ts';
import {noise, text} from '../sample-disks.ts';

const test = suite('checksums and frames');

test('crc32c is that of the RFC', () => {
	const ascending = Buffer.from(Array.from({length: 32}, (_, byte) => byte));
	const sums = [Buffer.alloc(32), Buffer.alloc(32, 0xff), ascending, Buffer.from('123456789')];
	assert.equal(
		sums.map((bytes) => ~crc32c(bytes) >>> 0),
		[0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0xe3069283],
	);
});

test('adler32 is that of zlib, also of bytes whose sums are large', () => {
	assert.is(adler32(Buffer.alloc(0)), 1);
	// It ends what zlib makes.
	for (const bytes of [Buffer.from('a'), text(65536), Buffer.alloc(65536, 0xff)])
		assert.is(adler32(bytes), deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4));
});

test('a frame is what zlib reads, whatever window it was compressed with', async () => {
	for (const bytes of [text(65536), noise(65536), Buffer.alloc(1), Buffer.alloc(65536)])
		for (const window of [12, 15] as const) {
			const frame = Buffer.concat(zlibFrame(bytes, await deflate(bytes, window)));
			assert.ok(inflateSync(frame).equals(bytes));
		}
});

test('the first three fields of a GUID are turned around', () => {
	assert.is(
		guidBytes('00112233-4455-6677-8899-aabbccddeeff').toString('hex'),
		'33221100554477668899aabbccddeeff',
	);
});

test.run();
