import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {removedNames} from '../../../installer/mounted/mounted-targets.ts';
import type {Replace} from '../../../installer/mounted/target-refusals.ts';
import {
	beginVar,
	endVar,
	readVarTarget,
	refusalsOfVar,
} from '../../../installer/mounted/var-target.ts';

const test = suite<{place: string}>('a file system for /var');

test.before.each((context) => {
	context.place = mkdtempSync(path.join(tmpdir(), 'var-target-'));
	for (const name of ['lib/postgresql', 'lost+found'])
		mkdirSync(path.join(context.place, name), {recursive: true});
	writeFileSync(path.join(context.place, 'lib/postgresql/base'), 'precious');
});
test.after.each(({place}) => rmSync(place, {recursive: true}));

test('is marked as long as it is being filled', async ({place}) => {
	const system = fakeSystem();
	assert.equal(readVarTarget(place), {place, names: ['lib'], isUnfinished: false});
	await beginVar(system, place);
	assert.equal(readVarTarget(place), {place, names: [], isUnfinished: true});
	writeFileSync(path.join(place, 'of-the-image'), '');
	await beginVar(system, place);
	assert.equal(readVarTarget(place), {place, names: [], isUnfinished: true});
	endVar(system, place);
	assert.equal(readdirSync(place), ['lost+found']);
});

test('keeps its mark until all else is gone', async ({place}) => {
	let sawMark = false;
	const syncFileSystem = () => {
		sawMark = readVarTarget(place).isUnfinished && readVarTarget(place).names.length === 1;
	};
	await beginVar({syncFileSystem}, place);
	assert.ok(sawMark);
});

test('is emptied where that was asked for, or where an earlier run has filled it', () => {
	const message = '/target/var is not empty: lib, log';
	const cases: readonly (readonly [
		replace: Replace,
		isRootUnfinished: boolean,
		isUnfinished: boolean,
		message: string | undefined,
	])[] = [
		['wipe', false, false, undefined],
		['nothing', false, false, message],
		['alongside', false, false, message],
		// A run without it has failed, and it was mounted since.
		['nothing', true, false, message],
		['nothing', false, true, message],
		['nothing', true, true, undefined],
	];
	const found = {place: '/target/var', names: ['lib', 'log']};
	for (const [replace, isRootUnfinished, isUnfinished, expected] of cases)
		assert.is(
			refusalsOfVar({...found, isUnfinished}, replace, isRootUnfinished)[0]?.message,
			expected,
		);
	const empty = {place: '/target/var', names: [], isUnfinished: false};
	assert.equal(refusalsOfVar(empty, 'nothing', false), []);
});

test('is among what is removed', () => {
	const names = {foreign: ['etc'], own: ['state'], leftover: [], isUnfinished: true} as const;
	assert.equal(removedNames({names}, {names: ['lib', 'log']}), [
		'etc',
		'state',
		'var/lib',
		'var/log',
	]);
	assert.equal(removedNames({names}, undefined), ['etc', 'state']);
});

test.run();
