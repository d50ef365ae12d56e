import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {failedDeployments} from '../../../engine/deployment/failed-deployments.ts';
import {failed, fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('deployments that failed');

const digestOf = (letter: string): string => letter.repeat(64);
const manifestOf = (letter: string): string => `sha256:${digestOf(letter)}`;

/** A machine whose deployments have an image each, named by a letter. */
function machine(
	letters: string,
	entries: DeploymentSet['entries'],
	booted: number,
): DeploymentSet {
	return {
		deployments: [...letters].map((letter, serial) =>
			sampleDeployment(serial, {
				manifestDigest: manifestOf(letter),
				imageVerity: {algorithm: 'sha256', digest: digestOf(letter)},
			}),
		),
		entries,
		bootedId: `3f2a9c1b4d5e.${booted}`,
	};
}

const cases: readonly (readonly [string, DeploymentSet, serials: number[]])[] = [
	['none of a good machine', machine('ab', [sampleEntry(1), sampleEntry(0)], 1), []],
	['one that was given up', machine('ab', [sampleEntry(1, failed), sampleEntry(0)], 0), [1]],
	[
		'two that were given up',
		machine('abc', [sampleEntry(2, failed), sampleEntry(1, failed), sampleEntry(0)], 0),
		[1, 2],
	],
	['not one on its last attempt', machine('ab', [sampleEntry(1, failed), sampleEntry(0)], 1), []],
	[
		'not one with attempts left',
		machine('ab', [sampleEntry(1, {left: 1, done: 2}), sampleEntry(0)], 0),
		[],
	],
	['not one that was never booted', machine('ab', [sampleEntry(1, fresh), sampleEntry(0)], 0), []],
	[
		'not one whose image runs with other kernel arguments',
		machine('aa', [sampleEntry(1, failed), sampleEntry(0, fresh)], 0),
		[],
	],
	[
		'not one whose image is good in another deployment',
		machine('aba', [sampleEntry(2, failed), sampleEntry(1), sampleEntry(0)], 1),
		[],
	],
	[
		'one beside a deployment that was deleted by half',
		machine('a', [sampleEntry(5, failed), sampleEntry(0)], 0),
		[],
	],
	['nothing where entries were not read', machine('ab', undefined, 0), []],
];
for (const [title, set, serials] of cases)
	test(`finds ${title}`, () =>
		assert.equal(
			failedDeployments(set).map(({id}) => Number(id.split('.')[1])),
			serials,
		));

test('finds one that cannot be read neither good nor bad', () => {
	const id = '3f2a9c1b4d5e.1';
	const unreadable = {id, origin: undefined, problem: 'newer', unfinished: false};
	const set = sampleMachine([sampleEntry(1, failed), sampleEntry(0)], 0);
	const [first] = set.deployments;
	assert.ok(first);
	assert.equal(failedDeployments({...set, deployments: [first, unreadable]}), []);
});

test.run();
