import {readFileSync} from 'node:fs';
import path from 'node:path';
import {constants, gzipSync, zstdCompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, Refused} from '../../../engine/errors.ts';
import {decompress} from '../../../engine/oci/decompress.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import {chunksOf} from '../tar/read-all.ts';

const test = suite('layer decompression');
const text = Buffer.from('a layer, more or less '.repeat(1000));

async function read(bytes: Buffer, chunkSize = 100): Promise<Buffer> {
	async function* source(): AsyncGenerator<Buffer> {
		yield* chunksOf(bytes, chunkSize);
	}
	return Buffer.concat(await Array.fromAsync(decompress(source(), 'layer x')));
}

function skippable(content: string): Buffer {
	const header = Buffer.from('502a4d1800000000', 'hex');
	header.writeUInt32LE(content.length, 4);
	return Buffer.concat([header, Buffer.from(content)]);
}

const cut = [text.subarray(0, 5000), text.subarray(5000)] as const;
const forms: [title: string, bytes: Buffer][] = [
	['bytes that are not compressed', text],
	['gzip', gzipSync(text)],
	['gzip of several members', Buffer.concat(cut.map((part) => gzipSync(part)))],
	['zstd', zstdCompressSync(text)],
	['zstd of several frames', Buffer.concat(cut.map((part) => zstdCompressSync(part)))],
	[
		'zstd with skippable frames before, between and after',
		Buffer.concat([
			skippable('before'),
			...cut.flatMap((part) => [zstdCompressSync(part), skippable('between')]),
			skippable(''),
		]),
	],
];
for (const [title, bytes] of forms)
	test(`reads ${title}, however it is cut`, async () => {
		for (const chunkSize of [1, 5, 100, bytes.length])
			assert.ok((await read(bytes, chunkSize)).equals(text), `chunks of ${chunkSize}`);
	});

test('reads an empty layer and one of a few bytes', async () => {
	assert.equal([...(await read(Buffer.alloc(0)))], []);
	assert.equal([...(await read(Buffer.from([0x1f, 0x8c])))], [0x1f, 0x8c]);
});

test('reads zstd:chunked as what it is to all others, a zstd of many frames', async () => {
	const folder = path.resolve(import.meta.dirname, '../../fixtures/oci/zstd-chunked/v1');
	const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
	const tar = await read(readFileSync(path.join(folder, 'layer.zst')), 1000);
	assert.is(digestOf(tar), config.rootfs.diff_ids[0]);
});

const gzip = gzipSync(text);
const zstd = zstdCompressSync(text, {params: {[constants.ZSTD_c_checksumFlag]: 1}});
const damaged: [title: string, bytes: Buffer, message: RegExp][] = [
	['gzip that is cut off', gzip.subarray(0, -1), /^layer x is damaged gzip data: unexpected end/],
	['gzip with something after it', Buffer.concat([gzip, text]), /^layer x is damaged gzip data: /],
	['gzip with a wrong checksum', flip(gzip, gzip.length - 6), /gzip data: incorrect data check/],
	['zstd that is cut off', zstd.subarray(0, -1), /^layer x is damaged zstd data: /],
	['zstd with something after it', Buffer.concat([zstd, text]), /^layer x is damaged zstd data: /],
	['zstd with a changed byte', flip(zstd, 30), /^layer x is damaged zstd data: /],
];
for (const [title, bytes, message] of damaged)
	test(`finds ${title} damaged`, async () => {
		await read(bytes).then(
			() => assert.unreachable('was read'),
			(error) => {
				assert.instance(error, DamagedInput);
				assert.match(error.message, message);
			},
		);
	});

function flip(bytes: Buffer, at: number): Buffer {
	const copy = Buffer.from(bytes);
	copy[at] = (copy[at] ?? 0) ^ 0x10;
	return copy;
}

test('refuses compressions that layers do not use, by name', async () => {
	for (const [magic, name] of [
		['425a6839', 'bzip2'],
		['fd377a585a00', 'xz'],
		['04224d18', 'lz4'],
	])
		await read(Buffer.from(`${magic}00000000`, 'hex')).then(
			() => assert.unreachable('was read'),
			(error) => {
				assert.instance(error, Refused);
				assert.is(error.message, `layer x is compressed with ${name}`);
			},
		);
});

test('lets go of its source when nobody reads on', async () => {
	for (const bytes of [text, gzip, zstd]) {
		let isClosed = false;
		async function* source(): AsyncGenerator<Buffer> {
			try {
				for (;;) yield bytes;
			} finally {
				isClosed = true;
			}
		}
		for await (const _ of decompress(source(), 'layer x')) break;
		await new Promise((resolve) => setImmediate(resolve));
		assert.ok(isClosed);
	}
});

test('passes on what is wrong with its source', async () => {
	for (const reason of [new DamagedInput('the connection broke'), new Error('called off')]) {
		async function* source(): AsyncGenerator<Buffer> {
			yield gzip.subarray(0, 20);
			throw reason;
		}
		await Array.fromAsync(decompress(source(), 'layer x')).then(
			() => assert.unreachable('was read'),
			(error) => assert.is(error, reason),
		);
	}
});

test.run();
