/** A pull that is killed at any moment shows only whole things, and can be run again. */
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isDigest} from '../../engine/oci/digest.ts';
import {digestOf} from '../../engine/oci/verified.ts';
import {openStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {Blobs, layoutFiles, tarOf, writeFiles} from '../engine/oci/image-builder.ts';
import {checkedObjects, content, filesBelow} from '../engine/store/fixture.ts';
import {seededRandom} from '../seeded.ts';
import {runOrKill} from './run-or-kill.ts';

const test = suite<{folder: string; layout: string}>('killed pull');
const system = hostSystem();
const program = path.join(import.meta.dirname, 'pull-process.ts');
const rounds = 12;
const killsInARow = 2;
/** The kind of file system does not matter here; one in memory is quick. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

test.before((context) => {
	context.folder = mkdtempSync(path.join(place, 'killed-pull-'));
	const random = seededRandom(3);
	const blobs = new Blobs();
	const dirs = ['usr/', 'boot/', 'sysroot/'].map((name) => ({
		name,
		typeflag: '5',
		mode: '0000755',
	}));
	const layers = [0, 1, 2, 3].map((layer) => {
		const sizes = Array.from({length: 300}, () => random.pick([70, 900, 5000, 40_000]));
		const files = [...sizes, 4 << 20].map(
			(size, n) => [`usr/${layer}/${n}`, content(size, n * 10 + layer)] as const,
		);
		return {tar: tarOf(files, ...(layer === 0 ? dirs : []))};
	});
	const files = layoutFiles(blobs, [blobs.addImage({layers})]);
	context.layout = writeFiles(path.join(context.folder, 'layout'), files);
});
test.after(({folder}) => rmSync(folder, {recursive: true}));

const runPull = (layout: string, store: string, killAfterMs?: number) =>
	runOrKill(program, [layout, store], killAfterMs);

/** Diff IDs of the layers of a store, each of which has been rebuilt from its objects. */
function checkedLayers(folder: string): string[] {
	const store = openStore(system, folder);
	return filesBelow(path.join(folder, 'layers')).map((diffId) => {
		assert.ok(isDigest(diffId));
		const pieces = Array.from(store.rebuildLayer(diffId), (piece) => Buffer.from(piece));
		assert.is(digestOf(Buffer.concat(pieces)), diffId);
		return diffId;
	});
}

test(`shows only whole layers and images after each of ${rounds} kills`, async ({
	folder,
	layout,
}) => {
	const whole = path.join(folder, 'whole');
	const durationMs = await runPull(layout, whole);
	const expected = checkedObjects(whole);
	const layers = checkedLayers(whole);
	const images = filesBelow(path.join(whole, 'images'));
	assert.equal([layers.length, images.length], [4, 1]);

	const random = seededRandom(21);
	const store = path.join(folder, 'killed');
	let interrupted = 0;
	for (let round = 1; round <= rounds; round++) {
		await runPull(layout, store, random.next() * durationMs);
		if (!existsSync(path.join(store, 'unfinished'))) continue;
		const objects = checkedObjects(store);
		const present = checkedLayers(store);
		if (filesBelow(path.join(store, 'images')).length === 0) interrupted++;
		else assert.equal(objects, expected);
		if (present.length > 0) assert.equal(objects, expected);
		// In between, a pull begins with what several killed ones have left.
		if (round % killsInARow !== 0) continue;
		await runPull(layout, store);
		assert.equal([checkedObjects(store), checkedLayers(store)], [expected, layers]);
		assert.equal(filesBelow(path.join(store, 'images')), images);
		const {problems, unusableLayers} = await openStore(system, store).verify();
		assert.equal([problems, unusableLayers], [[], []]);
		assert.equal(filesBelow(path.join(store, 'unfinished')), []);
		rmSync(store, {recursive: true});
	}
	assert.ok(interrupted > 0, 'no kill came in the middle');
});

test.run();
