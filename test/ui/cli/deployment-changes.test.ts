import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentChanges} from '../../../engine/deployment/deployment-changes.ts';
import {changeRows, summarizeChanges} from '../../../ui/cli/deployment-changes.ts';

const test = suite('text of changes');

const nothing: DeploymentChanges = {
	from: '3f2a9c1b4d5e.0',
	isSameImage: false,
	version: {from: '1', to: '1'},
	kernelVersion: {from: '6.12.1', to: '6.12.1'},
	size: {from: 5, to: 5},
	packages: {added: [], removed: [], upgraded: [], downgraded: []},
};
const all = {
	...nothing,
	version: {from: '1', to: '2'},
	kernelVersion: {from: '6.12.1', to: '6.12.3'},
	size: {from: 100_000_000, to: 114_680_064},
	packages: {
		upgraded: [
			{name: 'bash', from: '5.2-1', to: '5.2-2'},
			{name: 'libc6:amd64', from: '2.41-11', to: '2.41-12'},
		],
		downgraded: [{name: 'zsh', from: '2', to: '1'}],
		added: [{name: 'a', version: '1'}],
		removed: [{name: 'evil\u001b[2J', version: '3'}],
	},
} satisfies DeploymentChanges;

const summaries: readonly (readonly [changes: DeploymentChanges, summary: string])[] = [
	[
		all,
		'version 1 → 2, kernel 6.12.1 → 6.12.3, 2 packages upgraded, 1 downgraded, 1 added, 1 removed, +14 MiB',
	],
	[nothing, 'only the contents of files'],
	[{...all, isSameImage: true}, 'none, it is the same image'],
	[
		{...nothing, version: {from: null, to: '2'}, size: {from: 9, to: 5}, packages: null},
		'version none → 2, -4 B',
	],
	[
		{...nothing, size: null, packages: {...all.packages, upgraded: [], downgraded: []}},
		'1 package added, 1 removed',
	],
];

for (const [changes, summary] of summaries)
	test(`sums up: ${summary}`, () => assert.is(summarizeChanges(changes), summary));

test('lists packages when asked to', () => {
	assert.equal(changeRows(all, true).slice(1), [
		['Upgraded', 'bash 5.2-1 → 5.2-2'],
		['Upgraded', 'libc6:amd64 2.41-11 → 2.41-12'],
		['Downgraded', 'zsh 2 → 1'],
		['Added', 'a 1'],
		['Removed', 'evil\\u{1b}[2J 3'],
	]);
	assert.equal(changeRows(all, false).length, 1);
	assert.equal(changeRows({...all, packages: null}, true).length, 1);
});

test.run();
