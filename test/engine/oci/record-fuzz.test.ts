import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {readRecordedChanges} from '../../../engine/oci/read-record.ts';
import {readLayerRecord} from '../../../engine/store/layer-record-reader.ts';
import {createStore} from '../../../engine/store/store.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {content, makeFolder, unsyncedSystem as system} from '../store/fixture.ts';
import {bodiesOf, recordPath, sealRecord} from '../store/record-bytes.ts';
import {rawHeader, rawPax, rawTar, record} from '../tar/raw-header.ts';
import {addLayer} from './recorded-layer.ts';

const test = suite('recorded layer, damaged');
const folder = makeFolder();
test.after(() => rmSync(folder, {recursive: true}));

const store = createStore(system, path.join(folder, 'composefs'));
const {diffId, changes} = await addLayer(
	store,
	rawTar(
		rawHeader({name: 'usr/', typeflag: '5', mode: '0000755'}),
		rawHeader({name: 'usr/object', size: '00000001001'}),
		content(0o1001).toString('latin1'),
		...rawPax(record('path', 'usr/small') + record('mtime', '-1.5')),
		rawHeader({size: '00000000003'}),
		'abc',
		rawHeader({name: 'usr/.wh.gone'}),
		rawHeader({name: 'usr/link', typeflag: '1', link: 'usr/object'}),
	),
);
const whole = readFileSync(recordPath(store, diffId));
const [body = Buffer.alloc(0)] = bodiesOf(whole);
const file = path.join(folder, 'damaged');

/** What a record gives, or the message of its damage. */
async function outcomeOf(bytes: Buffer): Promise<string> {
	writeFileSync(file, bytes);
	try {
		const {entries, whiteouts} = await readRecordedChanges(readLayerRecord(file, diffId));
		return JSON.stringify([entries, whiteouts]);
	} catch (error) {
		if (error instanceof DamagedInput) return error.message;
		throw error;
	}
}

/** Each is a whole file that is written and read. */
const mostRounds = 20_000;

async function damage(damaged: (seed: number) => Buffer): Promise<Set<string>> {
	const outcomes = new Set<string>();
	const before = process.memoryUsage().rss;
	for (let seed = 0; seed < Math.min(fuzzRounds(1500), mostRounds); seed++) {
		const outcome = await outcomeOf(damaged(seed)).catch((error) => {
			throw new Error(`seed ${seed}`, {cause: error});
		});
		if (outcomes.size < 2000) outcomes.add(outcome);
		// Node lets go of the buffers of a failed frame only when its event loop turns.
		if (seed % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	const grown = process.memoryUsage().rss - before;
	assert.ok(grown < 200 << 20, `memory grew by ${grown} bytes`);
	return outcomes;
}

test('gives a clean error, or what it gave before', async () => {
	const sound = JSON.stringify([changes.entries, changes.whiteouts]);
	assert.is(await outcomeOf(whole), sound);
	const outcomes = await damage((seed) => mutate(whole, seededRandom(seed)));
	outcomes.delete(sound);
	// All others are messages: nothing else may come out.
	assert.equal(
		[...outcomes].filter((outcome) => outcome.startsWith('[')),
		[],
	);
	assert.ok(outcomes.size > 20, `only ${outcomes.size} different outcomes`);
});

test('gives a clean error or changes when its hash is right all the same', async () => {
	const outcomes = await damage((seed) =>
		sealRecord(diffId, mutate(body, seededRandom(seed)).subarray(0, 1 << 20)),
	);
	assert.ok(outcomes.size > 100, `only ${outcomes.size} different outcomes`);
});

test.run();
