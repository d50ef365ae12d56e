import {zstdCompressSync, zstdDecompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../../engine/errors.ts';
import {readOutline} from '../../../../engine/oci/chunked/outline.ts';
import {readTarSplit} from '../../../../engine/oci/chunked/tar-split.ts';
import {parseToc, type TocEntry} from '../../../../engine/oci/chunked/toc.ts';
import {defaultAllowance} from '../../../../engine/tar/reader.ts';
import {fuzzRounds, mutate, seededRandom} from '../../../seeded.ts';
import {fixtureLayer} from './pulls.ts';

const test = suite('table of contents and tar-split, damaged');

/** A document of the fixture, uncompressed, by the annotation that says where it is. */
function document(name: string): Buffer {
	const {annotations, blob = Buffer.alloc(0)} = fixtureLayer('v2');
	const position = annotations?.[`io.github.containers.zstd-chunked.${name}`] ?? '';
	const [start = 0, length = 0] = position.split(':').map(Number);
	return zstdDecompressSync(blob.subarray(start, start + length));
}
const toc = document('manifest-position');
const tarSplit = document('tarsplit-position');
const {entries} = parseToc(toc);

/** What is read, or the message of the damage. */
async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
	try {
		return JSON.stringify(await work());
	} catch (error) {
		if (error instanceof EngineError) return error.message;
		throw error;
	}
}

async function outline(listed: readonly TocEntry[], lines: Buffer, compressed?: Buffer) {
	const segments = readTarSplit(compressed ?? zstdCompressSync(lines), lines.length);
	return readOutline(segments, listed, {allowance: defaultAllowance(), blobEnd: 16_000});
}

/** Each is a whole document that is compressed and read. */
const mostRounds = 20_000;

async function fuzz(round: (seed: number) => Promise<unknown>, rounds: number): Promise<string[]> {
	const outcomes = new Set<string>();
	const before = process.memoryUsage().rss;
	for (let seed = 0; seed < Math.min(fuzzRounds(rounds), mostRounds); seed++) {
		const outcome = await outcomeOf(() => round(seed)).catch((error) => {
			throw new Error(`seed ${seed}`, {cause: error});
		});
		if (outcomes.size < 2000) outcomes.add(outcome);
		if (seed % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	const grown = process.memoryUsage().rss - before;
	assert.ok(grown < 200 << 20, `memory grew by ${grown} bytes`);
	return [...outcomes];
}

test('give a clean error or an outline when the table of contents is damaged', async () => {
	const sound = await outline(entries, tarSplit);
	assert.ok(sound);
	assert.is(sound.files.length, 4);
	const outcomes = await fuzz(
		async (seed) => outline(parseToc(mutate(toc, seededRandom(seed))).entries, tarSplit),
		800,
	);
	assert.ok(outcomes.length > 50, `only ${outcomes.length} different outcomes`);
	// Whatever it says is in the tar: all that comes through is where contents are.
	const changes = JSON.stringify(sound.changes);
	for (const outcome of outcomes)
		if (outcome.startsWith('{')) assert.is(JSON.stringify(JSON.parse(outcome).changes), changes);
});

test('give a clean error or an outline when the tar-split is damaged', async () => {
	const outcomes = await fuzz(
		(seed) => outline(entries, mutate(tarSplit, seededRandom(seed))),
		800,
	);
	assert.ok(outcomes.length > 50, `only ${outcomes.length} different outcomes`);
});

test('give a clean error or an outline when its compression is damaged', async () => {
	const compressed = zstdCompressSync(tarSplit);
	const outcomes = await fuzz(
		(seed) => outline(entries, tarSplit, mutate(compressed, seededRandom(seed))),
		400,
	);
	assert.ok(outcomes.length > 5, `only ${outcomes.length} different outcomes`);
});

test('refuse a line that does not end, before it is in memory', async () => {
	const lines = Buffer.alloc(40 << 20, 'a');
	assert.is(
		await outcomeOf(() => outline(entries, lines)),
		'a line of the tar-split is over 16777216 bytes',
	);
});

test.run();
