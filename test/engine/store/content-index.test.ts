import {existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ContentIndex, type IndexLine} from '../../../engine/store/content-index.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {makeFolder} from './fixture.ts';

interface Context {
	folder: string;
	file: string;
	index: ContentIndex;
}

const test = suite<Context>('index of contents');

test.before.each((context) => {
	context.folder = makeFolder();
	context.file = path.join(context.folder, 'index');
	context.index = new ContentIndex(context.file, 'sha256');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

/** Lines that are all different. */
function lines(from: number, count: number, digestSize = 32): IndexLine[] {
	return Array.from({length: count}, (_, index) => {
		const number = (from + index).toString(16).padStart(8, '0');
		return {
			sha256: `c0${number}`.padEnd(64, '1'),
			verityDigest: number.padEnd(2 * digestSize, '2'),
		};
	});
}

test('is empty before there is one', ({index}) => {
	assert.equal([...index.lines()], []);
});

test('has the lines that were added, in their order', ({index, file}) => {
	index.append(lines(0, 3));
	index.append([]);
	index.append(lines(3, 5000));
	assert.equal([...index.lines()], lines(0, 5003));
	assert.is((statSync(file).mode & 0o777).toString(8), '600');
	// Its mark; three batches of lines, each with a length and a seal.
	assert.is(statSync(file).size, 16 + 3 * 12 + 5003 * 64);
});

test('holds longer digests too', ({file}) => {
	const index = new ContentIndex(file, 'sha512');
	index.append(lines(0, 10, 64));
	assert.equal([...index.lines()], lines(0, 10, 64));
});

test('goes on behind the last batch that is whole', ({index, file}) => {
	index.append(lines(0, 10));
	const {size} = statSync(file);
	for (const damage of [
		() => truncateSync(file, size + 100),
		() => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(500, 'x')])),
	]) {
		damage();
		assert.equal([...index.lines()], lines(0, 10));
	}
	index.append(lines(10, 2));
	assert.equal([...index.lines()], lines(0, 12));
	truncateSync(file, statSync(file).size - 1);
	assert.equal([...index.lines()], lines(0, 10));
	index.append(lines(20, 1));
	assert.equal([...index.lines()], [...lines(0, 10), ...lines(20, 1)]);
});

test('begins anew where something else is, or a later version', ({index, file}) => {
	for (const bytes of ['', 'x', 'slipway-index-2\n', 'something else that is longer than a mark']) {
		writeFileSync(file, bytes);
		assert.equal([...index.lines()], []);
		index.append(lines(0, 2));
		assert.equal([...index.lines()], lines(0, 2));
	}
});

test('loses what nobody needs, and nothing else', ({index, folder, file}) => {
	const partial = path.join(folder, 'partial');
	index.compact(() => true, partial);
	assert.not(existsSync(file));
	index.append(lines(0, 10_000));
	writeFileSync(partial, 'left by one that was killed');
	const kept = new Set(lines(0, 10_000).flatMap((line, at) => (at % 3 ? line.verityDigest : [])));
	index.compact((verityDigest) => kept.has(verityDigest), partial);
	assert.equal(
		[...index.lines()],
		lines(0, 10_000).filter(({verityDigest}) => kept.has(verityDigest)),
	);
	assert.not(existsSync(partial));
});

test('gives lines that were added or none, however it is damaged', ({index, file}) => {
	index.append(lines(0, 30));
	index.append(lines(30, 30));
	const whole = readFileSync(file);
	const known = new Set(lines(0, 60).map((line) => JSON.stringify(line)));
	for (let seed = 0; seed < fuzzRounds(500); seed++) {
		writeFileSync(file, mutate(whole, seededRandom(seed)));
		for (const line of index.lines()) assert.ok(known.has(JSON.stringify(line)), `seed ${seed}`);
		index.append(lines(90, 1));
		assert.equal([...index.lines()].at(-1), lines(90, 1)[0], `seed ${seed}`);
	}
});

test.run();
