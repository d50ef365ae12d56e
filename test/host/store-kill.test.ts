/** An import that is killed at any moment shows only whole things, and can be run again. */
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {createStore, openStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {checkedObjects, content, filesBelow, writeTree} from '../engine/store/fixture.ts';
import {seededRandom} from '../seeded.ts';
import {runOrKill} from './run-or-kill.ts';

const test = suite<{folder: string; source: string}>('killed import');
const system = hostSystem();
const program = path.join(import.meta.dirname, '../bench/import-process.ts');
const rounds = 20;
const killsInARow = 2;
/** The kind of file system does not matter here; one in memory is quick. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

test.before((context) => {
	context.folder = mkdtempSync(path.join(place, 'killed-import-'));
	context.source = path.join(context.folder, 'source');
	const random = seededRandom(2);
	const sizes = Array.from({length: 800}, () => random.pick([70, 900, 5000, 40_000]));
	writeTree(context.source, {
		...Object.fromEntries(
			[...sizes, 9 << 20, 6 << 20].map((size, n) => [`${n % 50}/${n}`, content(size, n)]),
		),
	});
});
test.after(({folder}) => rmSync(folder, {recursive: true}));

const runImport = (source: string, store: string, killAfterMs?: number) =>
	runOrKill(program, [source, store], killAfterMs);

test(`shows only whole objects and images after each of ${rounds} kills`, async ({
	folder,
	source,
}) => {
	const whole = path.join(folder, 'whole');
	const durationMs = await runImport(source, whole);
	const expected = checkedObjects(whole);
	const images = filesBelow(path.join(whole, 'images'));
	assert.is(images.length, 1);

	const random = seededRandom(20);
	const store = path.join(folder, 'killed');
	let interrupted = 0;
	for (let round = 1; round <= rounds; round++) {
		await runImport(source, store, random.next() * durationMs);
		if (!existsSync(path.join(store, 'objects'))) continue;
		const objects = checkedObjects(store);
		const present = filesBelow(path.join(store, 'images'));
		if (present.length > 0) assert.equal([objects, present], [expected, images]);
		else interrupted++;
		// In between, an import begins with what several killed ones have left.
		if (round % killsInARow !== 0) continue;
		await runImport(source, store);
		assert.equal(checkedObjects(store), expected);
		assert.equal((await openStore(system, store).verify()).problems, []);
		assert.equal(filesBelow(path.join(store, 'unfinished')), []);
		rmSync(store, {recursive: true});
	}
	assert.ok(interrupted > 0, 'no kill came in the middle');
});

test('lets go of the lock when it is killed', async ({folder, source}) => {
	const store = path.join(folder, 'locked');
	createStore(system, store);
	await runImport(source, store, 0);
	const writer = await openStore(system, store).write();
	await writer[Symbol.asyncDispose]();
});

test.run();
