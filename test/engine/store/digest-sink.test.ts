import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import type {ContentSink} from '../../../engine/store/content-sink.ts';
import {DigestSink} from '../../../engine/store/digest-sink.ts';

const test = suite('digest sink');

async function put(sink: ContentSink, content: Buffer) {
	const writer = sink.begin(content.length);
	for (let at = 0; at < content.length; at += 30) {
		const chunk = Buffer.from(content.subarray(at, at + 30));
		await writer.write(chunk);
		// A chunk is valid during the call alone.
		chunk.fill(0);
	}
	return writer.end();
}

test('keeps contents inline up to 64 bytes, and names longer ones by their fs-verity digest', async () => {
	const sink = new DigestSink('sha256');
	const [short, long] = [Buffer.alloc(64, 'short'), Buffer.alloc(65, 'long')];
	assert.equal(await put(sink, short), {inline: short});
	assert.equal(await put(sink, long), {verityDigest: verityDigest(long, 'sha256')});
	assert.is(sink.kept(verityDigest(long, 'sha256')), undefined);
});

test('remembers contents up to a size each, and in all', async () => {
	const sink = new DigestSink('sha512', {keepUpTo: 100, keepInAll: 200});
	const contents = [100, 101, 90, 80].map((size) => Buffer.alloc(size, 'content'));
	const kept: (number | undefined)[] = [];
	for (const content of contents) {
		const digest = verityDigest(content, 'sha512');
		assert.equal(await put(sink, content), {verityDigest: digest});
		kept.push(sink.kept(digest)?.length);
	}
	assert.equal(kept, [100, undefined, 90, undefined]);
	assert.equal(sink.kept(verityDigest(contents[2] ?? Buffer.alloc(0), 'sha512')), contents[2]);
});

test('takes several contents at once', async () => {
	const sink = new DigestSink('sha256');
	const [first, second] = [Buffer.alloc(5000, 'first'), Buffer.alloc(6000, 'second')];
	const writers = [sink.begin(first.length), sink.begin(second.length)];
	for (let at = 0; at < 6000; at += 1000) {
		await writers[0]?.write(first.subarray(at, at + 1000));
		await writers[1]?.write(second.subarray(at, at + 1000));
	}
	assert.equal(
		await Promise.all(writers.map((writer) => writer.end())),
		[first, second].map((content) => ({verityDigest: verityDigest(content, 'sha256')})),
	);
});

test.run();
