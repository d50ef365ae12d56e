import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {UpgradeOutcome} from '../../../engine/update/upgrade.ts';
import {formatOutcome} from '../../../ui/cli/upgrade.ts';

const test = suite('text of an upgrade');

const digest = `sha256:${'c3'.repeat(32)}` as const;
const staged: Extract<UpgradeOutcome, {kind: 'staged'}> = {
	kind: 'staged',
	reference: {image: 'registry.example.com/myos:latest', transport: 'registry'},
	image: {digest, manifestDigest: digest, configDigest: digest, imageVersion: '2', rollout: {}},
	deployment: '8d1f77a0c3b2.0',
	layersFetched: 1,
	layersKnown: 4,
	bytesFetched: 5_000_000,
	changes: {
		from: '3f2a9c1b4d5e.0',
		isSameImage: false,
		version: {from: '1', to: '2'},
		kernelVersion: {from: '6.12.1', to: '6.12.1'},
		size: null,
		packages: null,
	},
	hiddenDefaults: [],
};
const head = [
	`staged as deployment 8d1f77a0c3b2.0: registry.example.com/myos:latest, version 2 (${digest})`,
	'fetched 1 layer, 4.8 MiB, 4 layers known already',
];
const foot = 'reboot to use it';

test('sums up what changes', () => {
	assert.equal(formatOutcome(staged, false), [...head, 'changes: version 1 → 2', foot]);
	const unknown = {...staged, changes: null, hiddenDefaults: null};
	assert.equal(formatOutcome(unknown, true), [...head, 'rebooting now']);
});

const hidden: readonly (readonly [paths: readonly string[], line: string])[] = [
	[
		['/etc/a\u0007'],
		'1 new default is hidden by local changes (see slipway diff --staged): /etc/a\\u{7}',
	],
	[
		['/etc/a', '/etc/b', '/etc/c', '/etc/d', '/etc/e'],
		'5 new defaults are hidden by local changes (see slipway diff --staged): /etc/a, /etc/b, /etc/c, 2 more',
	],
];
for (const [hiddenDefaults, line] of hidden)
	test(`names new defaults that are hidden: ${hiddenDefaults.length}`, () => {
		const lines = formatOutcome({...staged, changes: null, hiddenDefaults}, false);
		assert.equal(lines, [...head, line, foot]);
	});

test.run();
