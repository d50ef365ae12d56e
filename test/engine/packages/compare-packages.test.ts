import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {comparePackages} from '../../../engine/packages/compare-packages.ts';
import type {InstalledPackages} from '../../../engine/packages/package-versions.ts';

const test = suite('changes of packages');

const dpkg = (versions: Record<string, string>): InstalledPackages => ({
	format: 'dpkg',
	versions: new Map(Object.entries(versions)),
});

test('are told apart, in the order of names', () => {
	const before = dpkg({same: '1', zsh: '1.9', bash: '2', gone: '1', down: '1:1', also: '3'});
	const after = dpkg({zsh: '1.10', same: '1', bash: '2+b1', down: '2', new: '1', alone: '7'});
	assert.equal(comparePackages(before, after), {
		added: [
			{name: 'alone', version: '7'},
			{name: 'new', version: '1'},
		],
		removed: [
			{name: 'also', version: '3'},
			{name: 'gone', version: '1'},
		],
		upgraded: [
			{name: 'bash', from: '2', to: '2+b1'},
			{name: 'zsh', from: '1.9', to: '1.10'},
		],
		downgraded: [{name: 'down', from: '1:1', to: '2'}],
	});
});

test('are none between the same, and not known between two kinds', () => {
	const one = dpkg({a: '1'});
	assert.equal(comparePackages(one, one), {added: [], removed: [], upgraded: [], downgraded: []});
	assert.is(comparePackages(one, {...one, format: 'apk'}), undefined);
});

test.run();
