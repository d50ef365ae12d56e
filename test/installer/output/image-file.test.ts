import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageFile} from '../../../installer/output/image-file.ts';
import {UnfinishedFile} from '../../../installer/output/unfinished-file.ts';
import {MiB, noise} from './sample-disks.ts';

const test = suite<{folder: string}>('file of an image');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

async function contentOf(
	folder: string,
	write: (file: ImageFile) => Promise<void>,
): Promise<Buffer> {
	const place = path.join(folder, 'image');
	await using unfinished = await UnfinishedFile.make(place);
	await using file = new ImageFile(unfinished, new AbortController().signal);
	await write(file);
	await file.finish();
	await unfinished.sync();
	assert.equal(readdirSync(folder), ['image.slipway-new']);
	await unfinished.putInPlace();
	return readFileSync(place);
}

test('holds what was appended and written again, in the buffer, before it and across', async ({
	folder,
}) => {
	const bytes = noise(3 * MiB + 1000);
	const expected = Buffer.from(bytes);
	const again: readonly (readonly [number, Buffer])[] = [
		[0, Buffer.from('in the file')],
		[3 * MiB + 10, Buffer.from('in the buffer')],
		[3 * MiB - 5, Buffer.from('across both')],
	];
	for (const [position, piece] of again) expected.set(piece, position);
	const content = await contentOf(folder, async (file) => {
		for (let at = 0; at < bytes.length; at += 70_000)
			await file.append(bytes.subarray(at, at + 70_000));
		assert.is(file.end, bytes.length);
		for (const [position, piece] of again) await file.rewrite(position, piece);
	});
	assert.ok(content.equals(expected));
});

test('has zeros where it was skipped, also at its end', async ({folder}) => {
	const content = await contentOf(folder, async (file) => {
		await file.append(Buffer.from('first'));
		await file.skipTo(100);
		await file.append(Buffer.from('second'));
		await file.skipTo(5 * MiB);
		await file.append(Buffer.from('third'));
		await file.skipTo(8 * MiB);
		await file.rewrite(6 * MiB, Buffer.from('fourth'));
	});
	const expected = Buffer.alloc(8 * MiB);
	expected.write('first');
	expected.write('second', 100);
	expected.write('third', 5 * MiB);
	expected.write('fourth', 6 * MiB);
	assert.ok(content.equals(expected));
});

test('neither goes back nor writes behind its end', async ({folder}) => {
	const caught: unknown[] = [];
	await contentOf(folder, async (file) => {
		await file.append(Buffer.from('12345'));
		await file.skipTo(4).catch((error) => caught.push(error));
		await file.rewrite(3, Buffer.from('678')).catch((error) => caught.push(error));
	});
	assert.equal(
		caught.map((error) => error instanceof RangeError),
		[true, true],
	);
});

test('is removed when it was not put in place', async ({folder}) => {
	{
		await using unfinished = await UnfinishedFile.make(path.join(folder, 'image'));
		await unfinished.handle.writeFile('half');
	}
	assert.equal(readdirSync(folder), []);
});

test.run();
