import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readChanges, writeChanges} from '../../../engine/deployment/changes-file.ts';
import type {ContentChanges} from '../../../engine/deployment/content-changes.ts';
import {sampleDeployment} from './samples.ts';

const test = suite<{folder: string}>('file of changes');
test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'changes-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const deployment = (serial: number, digit: string) =>
	sampleDeployment(serial, {imageVerity: {algorithm: 'sha256', digest: digit.repeat(64)}});
/** The third is of the image of the first, with other kernel arguments. */
const first = deployment(0, 'a');
const second = deployment(1, 'b');
const third = deployment(2, 'a');
const machine = {deployments: [first, second, third, deployment(3, 'c')]};

const forth: ContentChanges = {
	size: {from: 100, to: 90},
	packages: {
		added: [{name: 'new', version: '1'}],
		removed: [],
		upgraded: [{name: 'bash', from: '5.1', to: '5.2'}],
		downgraded: [{name: 'zsh', from: '2', to: '1'}],
	},
};
const back: ContentChanges = {
	size: {from: 90, to: 100},
	packages: {
		added: [],
		removed: [{name: 'new', version: '1'}],
		upgraded: [{name: 'zsh', from: '1', to: '2'}],
		downgraded: [{name: 'bash', from: '5.2', to: '5.1'}],
	},
};

const write = (folder: string, changes = forth) =>
	writeChanges(folder, second.id, 'a'.repeat(64), changes);
const place = (folder: string) => path.join(folder, `state/deploy/${second.id}/changes.json`);

test('is read by everybody, for all deployments of the two images, both ways', async ({folder}) => {
	await write(folder);
	for (const one of [first, third]) {
		assert.equal(await readChanges(folder, machine, one, second), forth);
		assert.equal(await readChanges(folder, machine, second, one), back);
	}
	assert.is(statSync(place(folder)).mode & 0o777, 0o644);
});

test('keeps that packages are not known', async ({folder}) => {
	const bare = {...forth, packages: null};
	await write(folder, bare);
	assert.equal(await readChanges(folder, machine, first, second), bare);
	assert.equal(await readChanges(folder, machine, second, first), {...back, packages: null});
});

test('says nothing of other images', async ({folder}) => {
	await write(folder);
	for (const [from, to] of [
		[first, third],
		[first, deployment(3, 'c')],
		[deployment(3, 'c'), second],
	] as const)
		assert.is(await readChanges(folder, machine, from, to), undefined);
});

test('says nothing when it is damaged, or of a later version', async ({folder}) => {
	await write(folder);
	const text = readFileSync(place(folder), 'utf8');
	for (const damaged of [
		'',
		'{',
		'[]',
		'null',
		text.replace('1', '2'),
		text.replace('100', '-1'),
	]) {
		writeFileSync(place(folder), damaged);
		assert.is(await readChanges(folder, machine, first, second), undefined, damaged);
	}
});

test.run();
