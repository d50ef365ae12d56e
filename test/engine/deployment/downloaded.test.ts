import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	forgetDownload,
	layersOfDownload,
	rememberDownload,
} from '../../../engine/deployment/downloaded.ts';

const test = suite<{folder: string}>('image that waits');
test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'downloaded-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const now = new Date('2026-03-02T08:30:00Z');
const layers = [`sha256:${'a1'.repeat(32)}`, `sha256:${'b2'.repeat(32)}`];
const days = (count: number) => new Date(now.getTime() + count * 24 * 60 * 60 * 1000);

test('keeps its layers until another one is there, or it is staged', async ({folder}) => {
	assert.equal(await layersOfDownload(folder, now), []);
	await forgetDownload(folder);
	await rememberDownload(folder, layers, now);
	assert.equal(await layersOfDownload(folder, now), layers);
	await rememberDownload(folder, layers.slice(1), now);
	assert.equal(await layersOfDownload(folder, now), layers.slice(1));
	await forgetDownload(folder);
	assert.equal(await layersOfDownload(folder, now), []);
});

for (const [age, isKept] of [
	[30, true],
	[31, false],
	[-1, true],
	[-400, false],
] as const)
	test(`is ${isKept ? 'kept' : 'garbage'} after ${age} days`, async ({folder}) => {
		await rememberDownload(folder, layers, now);
		assert.equal(await layersOfDownload(folder, days(age)), isKept ? layers : []);
	});

test('is garbage when nobody can tell what it is', async ({folder}) => {
	await rememberDownload(folder, layers, now);
	writeFileSync(path.join(folder, 'state/downloaded.json'), '{"version": 1, "layers": 7}');
	assert.equal(await layersOfDownload(folder, now), []);
});

test.run();
