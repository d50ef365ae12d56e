/** A pull that is killed at any of its requests shows nothing, and can be run again. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {createStore, openStore} from '../../../../engine/store/store.ts';
import {checkedObjects, filesBelow, unsyncedSystem as system} from '../../store/fixture.ts';
import {chunkedLayer} from './chunked-layer.ts';
import {fileOf, noise, pull, serve, versionOne} from './pulls.ts';

const test = suite<{folder: string}>('killed pull of a zstd:chunked layer');
const program = path.join(import.meta.dirname, 'pull-process.ts');

test.before((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-chunked-killed-'));
});
test.after(({folder}) => rmSync(folder, {recursive: true}));

const next = chunkedLayer([
	...versionOne,
	fileOf('usr/new-1', noise(200_000, 81)),
	fileOf('usr/known', noise(200_000, 3)),
	fileOf('usr/new-2', noise(2 << 20, 82)),
]);

test('shows nothing of the layer, whichever request it is killed at', async ({folder}) => {
	const prepared = path.join(folder, 'prepared');
	{
		using origin = await serve([chunkedLayer(versionOne)]);
		await pull(createStore(system, prepared), origin.image);
	}
	const parts = ['images', 'layers', 'objects'];
	const shown = (store: string) => parts.map((part) => filesBelow(path.join(store, part)));
	const before = shown(prepared);
	const store = path.join(folder, 'composefs');
	cpSync(prepared, store, {recursive: true});

	let child: ChildProcess | undefined;
	let killAt = 1;
	let ranges = 0;
	using origin = await serve([next], ({headers}) => {
		if (headers.range === undefined || ++ranges !== killAt) return undefined;
		child?.kill('SIGKILL');
		return {dropAfter: 100_000};
	});
	for (; ; killAt++) {
		ranges = 0;
		child = spawn(process.execPath, [program, origin.registry.host, store], {stdio: 'inherit'});
		const [status, signal] = await once(child, 'exit');
		if (status === 0) break;
		assert.is(signal, 'SIGKILL');
		assert.equal(shown(store), before);
		checkedObjects(store);
	}
	// The documents, and each of both files.
	assert.is(killAt, 4);
	const [images, layers] = shown(store);
	assert.equal([images?.length, layers?.length], [2, 3]);
	checkedObjects(store);
	const opened = openStore(system, store);
	assert.equal((await opened.verify()).problems, []);
	assert.equal(filesBelow(path.join(store, 'unfinished')), []);
	for (const {diffId} of origin.image.layers)
		assert.ok([...opened.rebuildLayer(diffId)].length > 0);
});

test.run();
