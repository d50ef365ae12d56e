import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {storeLayout, unfinishedPath} from '../../../engine/store/layout.ts';
import {ObjectWriter} from '../../../engine/store/object-writer.ts';
import {content, filesBelow, makeFolder} from './fixture.ts';

const test = suite<{folder: string}>('contents that are written in a thread');
/** The first ones are written at once. */
const beforeThread = 8;

test.before.each((context) => {
	context.folder = makeFolder();
	mkdirSync(path.join(context.folder, 'unfinished'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const digestOf = (seed: number) => seed.toString(16).padStart(64, '0');
const bytesOf = (seed: number) => content(600_000 + seed, seed);

/** Writes contents from one buffer, which is another's after each. */
async function writeAll(writer: ObjectWriter, seeds: readonly number[]): Promise<void> {
	const shared = Buffer.alloc(1 << 20);
	const written: (void | Promise<void>)[] = [];
	for (const seed of seeds) {
		const bytes = bytesOf(seed);
		await writer.room();
		written.push(writer.write(digestOf(seed), shared.subarray(0, bytes.copy(shared))));
		shared.fill(0);
	}
	await Promise.all(written);
}

test('has every content whole under its name', async ({folder}) => {
	await using writer = new ObjectWriter(storeLayout(folder));
	const seeds = Array.from({length: 60}, (_, seed) => seed);
	await writeAll(writer, seeds);
	for (const seed of seeds)
		assert.ok(
			readFileSync(unfinishedPath(storeLayout(folder), digestOf(seed))).equals(bytesOf(seed)),
			`content ${seed}`,
		);
	assert.is(filesBelow(folder).length, seeds.length);
});

test('says which content cannot be written, and writes the others', async ({folder}) => {
	const layout = storeLayout(folder);
	await using writer = new ObjectWriter(layout);
	await writeAll(
		writer,
		Array.from({length: beforeThread}, (_, seed) => seed),
	);
	// A name longer than file systems have them.
	const tooLong = `ff${'f'.repeat(300)}`;
	const outcomes = await Promise.allSettled([
		writer.write(digestOf(100), bytesOf(100)),
		writer.write(tooLong, bytesOf(101)),
		writer.write(digestOf(102), bytesOf(102)),
	]);
	assert.equal(
		outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'written')),
		['written', 'ENAMETOOLONG', 'written'],
	);
	for (const seed of [100, 102])
		assert.ok(readFileSync(unfinishedPath(layout, digestOf(seed))).equals(bytesOf(seed)));
});

test('holds back whoever has more than fits, and goes on', async ({folder}) => {
	await using writer = new ObjectWriter(storeLayout(folder));
	const written: (void | Promise<void>)[] = [];
	let seed = 0;
	while (writer.room() === undefined && seed < 1000) {
		written.push(writer.write(digestOf(seed), bytesOf(seed)));
		seed++;
	}
	assert.ok(seed > beforeThread && seed < 40, `held back after ${seed} contents`);
	await writer.room();
	assert.is(writer.room(), undefined);
	await Promise.all(written);
	assert.is(filesBelow(folder).length, seed);
});

test.run();
