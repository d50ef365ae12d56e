import {mkdtempSync, rmSync} from 'node:fs';
import {open, readFile, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../../engine/errors.ts';
import {MiB} from '../../../../installer/disk/size.ts';
import {copyRange} from '../../../../installer/output/iso/copy-range.ts';

const test = suite('copy of a range');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-copy-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

async function copy(start: number, size: number, signal = new AbortController().signal) {
	let count = 0;
	await using from = await open(place('from'));
	await using to = await open(place('to'), 'w+');
	const options = {signal, onBytes: (bytes: number) => (count += bytes)};
	await copyRange(from, {start, size}, to, 100, options);
	return count;
}

test('goes where it shall, and leaves holes where there are zeros', async () => {
	const content = Buffer.alloc(13 * MiB);
	content.write('first', 7);
	content.write('last', 13 * MiB - 4);
	await writeFile(place('from'), content);
	assert.is(await copy(7, 13 * MiB - 7), 13 * MiB - 7);
	assert.equal((await readFile(place('to'))).subarray(100), content.subarray(7));
	assert.ok((await stat(place('to'))).blocks * 512 < 10 * MiB);
	assert.is(await copy(7, 0), 0);
});

test('ends where the file does not go on, and when it is told to', async () => {
	await writeFile(place('from'), 'short');
	const thrown = async (copying: Promise<number>): Promise<unknown> =>
		await copying.catch((error: unknown) => error);
	assert.instance(await thrown(copy(1, 5)), DamagedInput);
	assert.match(String(await thrown(copy(1, 4, AbortSignal.abort()))), 'AbortError');
});

test.run();
