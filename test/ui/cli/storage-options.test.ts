import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {type StorageOptions, withStorageOptions} from '../../../ui/cli/storage-options.ts';

const test = suite('options of install about its disk');

const none: StorageOptions = {layout: undefined, replace: []};
const base = {
	...noAnswers,
	storage: {...noAnswers.storage, layout: 'disk', replace: [{label: 'old'}]},
} as const;

test('change nothing when none is given', () => {
	assert.equal(withStorageOptions(base, none), base);
});

test('name the layout, and partitions that make room instead of those of a file', () => {
	assert.equal(withStorageOptions(base, {...none, layout: 'partition'}).storage, {
		...base.storage,
		layout: 'partition',
	});
	assert.equal(withStorageOptions(base, {...none, replace: ['3', '12']}).storage, {
		...base.storage,
		layout: 'partition',
		replace: [{number: 3}, {number: 12}],
	});
});

test('leave alone what a file has replaced, when they take another place', () => {
	const placed = {...base, storage: {...base.storage, layout: 'partition'}} as const;
	for (const layout of ['free-space', 'disk'] as const)
		assert.equal(withStorageOptions(placed, {...none, layout}).storage, {
			...base.storage,
			layout,
			replace: [],
		});
});

for (const [options, message] of [
	[{replace: ['sda3']}, '--replace "sda3" is no number of a partition'],
	[{replace: ['3'], layout: 'disk'}, '--replace is given with --layout disk'],
] as const) {
	test(`are refused: ${message}`, () => {
		assert.throws(
			() => withStorageOptions(noAnswers, {...none, ...options}),
			(error: unknown) => error instanceof UsageError && error.message === message,
		);
	});
}

test.run();
