import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	attemptsVariable,
	countedTries,
	grantedAttempts,
	planCounted,
	withCounted,
} from '../../../../engine/boot/grub/attempts.ts';

const test = suite('attempts that GRUB counts');

const entry = {deploymentId: '3f2a9c1b4d5e.1', sequence: 7};
const variable = 'tried_3f2a9c1b4d5e_1_7';

test('have a variable for each grant', () => {
	assert.is(attemptsVariable(entry), variable);
	assert.is(attemptsVariable({...entry, sequence: 8}), 'tried_3f2a9c1b4d5e_1_8');
});

const cases: readonly (readonly [name: string, counted: string, left: number, done: number])[] = [
	['3-0', '1', 2, 1],
	['3-0', '3', 0, 3],
	['3-0', '4', 0, 4],
	// Brought in before, or by systemd-boot.
	['2-1', '1', 2, 1],
	['1-2', '1', 1, 2],
	['0-3', '3', 0, 3],
	['0-3', '4', 0, 4],
	// Nothing that GRUB counts to.
	['3-0', '', 3, 0],
	['3-0', '-1', 3, 0],
	['3-0', '5', 3, 0],
	['3-0', '1.5', 3, 0],
	['3-0', 'x', 3, 0],
];
for (const [name, counted, left, done] of cases)
	test(`are ${left} and ${done} for +${name} with "${counted}"`, () => {
		const [before = 0, made = 0] = name.split('-').map(Number);
		const tries = {left: before, done: made};
		const environment = new Map([[variable, counted]]);
		assert.equal(countedTries({...entry, tries}, environment), {left, done});
	});

test('do not count for an entry that is good, or has other attempts', () => {
	const environment = new Map([[variable, '3']]);
	assert.is(countedTries({...entry, tries: undefined}, environment), undefined);
	const tries = {left: 3, done: 0};
	assert.equal(countedTries({...entry, sequence: 8, tries}, environment), tries);
});

test('are given up at what was granted, and at ten', () => {
	assert.is(grantedAttempts({left: 3, done: 0}), 3);
	assert.is(grantedAttempts({left: 1, done: 2}), 3);
	assert.is(grantedAttempts({left: 2 ** 31 - 1, done: 1}), 10);
});

const text = 'title A\nversion 7\nlinux /linux\n';
const contents = {
	entryTexts: new Map([
		['slipway-3f2a9c1b4d5e.0.conf', text.replace('7', '6')],
		['slipway-3f2a9c1b4d5e.1+3.conf', text],
		['slipway-3f2a9c1b4d5e.2+3.conf', 'damaged'],
		['other+3.conf', text],
	]),
	kernels: new Map(),
	unfinished: [],
};

test('come into the names of entries', () => {
	const environment = new Map([[variable, '2']]);
	const [from, to] = ['slipway-3f2a9c1b4d5e.1+3.conf', 'slipway-3f2a9c1b4d5e.1+1-2.conf'];
	assert.equal(planCounted(contents, environment), [
		{kind: 'rename', from: `loader/entries/${from}`, to: `loader/entries/${to}`},
		{kind: 'sync'},
	]);
	const counted = withCounted(contents, environment);
	assert.equal(
		[...counted.entryTexts.keys()],
		[...contents.entryTexts.keys()].map((name) => (name === from ? to : name)),
	);
	assert.equal(planCounted(counted, environment), []);
	assert.equal(planCounted(contents, new Map()), []);
});

test.run();
