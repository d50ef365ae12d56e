import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {MachineEtcDiff} from '../../../engine/deployment/diff-machine.ts';
import type {EtcDifference} from '../../../engine/deployment/etc-diff.ts';
import {formatEtcDiff} from '../../../ui/cli/etc-diff.ts';
import {slipway} from './run-program.ts';

const test = suite('diff text');

const diffOf = (
	rows: readonly (readonly [EtcDifference, string, boolean?])[],
	changes: Partial<MachineEtcDiff> = {},
): MachineEtcDiff => ({
	deployment: '3f2a9c1b4d5e.1',
	etcFrom: '3f2a9c1b4d5e.0',
	newDefaultsKnown: true,
	changes: rows.map(([difference, path, hidesNewDefault = false]) => ({
		path,
		difference,
		hidesNewDefault,
	})),
	...changes,
});

test('has a line for each path', () => {
	const diff = diffOf([
		['added', '/etc/a'],
		['changed', '/etc/b', true],
		['metadata', '/etc/c d'],
		['type', '/etc/e', true],
		['removed', '/etc/f'],
		['unreadable', '/etc/g'],
	]);
	assert.equal(formatEtcDiff(diff), [
		'A  /etc/a',
		'MH /etc/b',
		'P  /etc/c d',
		'TH /etc/e',
		'D  /etc/f',
		'?  /etc/g',
	]);
});

test('shows names that no terminal can be fooled by', () => {
	const latin1 = Buffer.from('/etc/ä\n\x1b[2J').toString('latin1');
	assert.equal(formatEtcDiff(diffOf([['added', latin1]])), ['A  /etc/ä\\u{a}\\u{1b}[2J']);
});

test('says so when there is nothing to show, or something is not known', () => {
	assert.equal(formatEtcDiff(diffOf([])), ['no local changes to /etc']);
	assert.equal(formatEtcDiff(diffOf([['added', '/etc/a']], {newDefaultsKnown: false})), [
		'A  /etc/a',
		'new defaults are not known: deployment 3f2a9c1b4d5e.0 is gone',
	]);
});

test('is for machines that slipway installed', () => {
	assert.equal(slipway(['diff', '--json']), {
		status: 3,
		stdout: '',
		stderr:
			'slipway: this is not a machine that slipway installed\n  hint: Run it on the machine itself; see slipway status.\n',
	});
});

test.run();
