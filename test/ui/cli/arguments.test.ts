import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {type Grammar, parseArguments} from '../../../ui/cli/arguments.ts';

const test = suite('arguments');

const grammar: Grammar = {
	name: 'install',
	options: {
		wipe: {type: 'boolean', short: 'w', help: 'Wipe it.'},
		karg: {type: 'string', value: 'ARGUMENT', multiple: true, help: 'Add one.'},
		'root-fs': {type: 'string', value: 'TYPE', choices: ['ext4', 'xfs'], help: 'File system.'},
		'progress-fd': {type: 'integer', value: 'N', help: 'Descriptor.'},
	},
	positionals: {
		DEVICE: {help: 'The disk to install on.'},
		NAME: {help: 'A name.', optional: true},
	},
};

test('reads options and positionals by their names', () => {
	assert.equal(
		parseArguments(grammar, [
			'-w',
			'--karg',
			'quiet',
			'/dev/sda',
			'--karg=-x',
			'--root-fs=xfs',
			'--progress-fd',
			'3',
		]),
		{
			options: {wipe: true, karg: ['quiet', '-x'], 'root-fs': 'xfs', 'progress-fd': 3},
			positionals: {DEVICE: '/dev/sda'},
		},
	);
});

test('gives options that are left out their empty value', () => {
	assert.equal(parseArguments(grammar, ['--', '--wipe', 'name']), {
		options: {wipe: false, karg: [], 'root-fs': undefined, 'progress-fd': undefined},
		positionals: {DEVICE: '--wipe', NAME: 'name'},
	});
});

test('keeps what is behind -- apart, where that is passed on', () => {
	const passing: Grammar = {
		name: 'run',
		options: {wipe: {type: 'boolean', help: 'Wipe it.'}},
		positionals: {DISK: {help: 'One.'}, ARGUMENT: {help: 'For others.', passedOn: true}},
	};
	assert.equal(parseArguments(passing, ['disk', '--wipe', '--', '-m', '1', '--', '--wipe']), {
		options: {wipe: true},
		positionals: {DISK: 'disk', ARGUMENT: ['-m', '1', '--', '--wipe']},
	});
	assert.equal(parseArguments(passing, ['disk']).positionals, {DISK: 'disk', ARGUMENT: []});
	assert.throws(
		() => parseArguments(passing, ['disk', 'more']),
		(error: unknown) =>
			error instanceof UsageError && error.message === 'run does not know what to do with more',
	);
	assert.throws(
		() => parseArguments(passing, ['--', 'disk']),
		(error: unknown) => error instanceof UsageError && error.message === 'run needs DISK: one',
	);
});

test('gives the last positional all words that are left, when it takes several', () => {
	const several: Grammar = {
		name: 'kargs add',
		options: {},
		positionals: {FIRST: {help: 'One.'}, ARGUMENT: {help: 'An argument.', multiple: true}},
	};
	assert.equal(parseArguments(several, ['a', 'b', '--', '-c']).positionals, {
		FIRST: 'a',
		ARGUMENT: ['b', '-c'],
	});
	assert.throws(
		() => parseArguments(several, ['a']),
		(error: unknown) =>
			error instanceof UsageError && error.message === 'kargs add needs ARGUMENT: an argument',
	);
});

const refusals: [words: string[], message: string, hint: string][] = [
	[['--wpie', 'a'], 'install has no option --wpie', 'Did you mean --wipe?'],
	[['--zzzzzz', 'a'], 'install has no option --zzzzzz', 'Run slipway install --help.'],
	[['-x', 'a'], 'install has no option -x', 'Run slipway install --help.'],
	[['--wipe=yes', 'a'], 'option --wipe takes no value, but got yes', 'Run slipway install --help.'],
	[['a', '--karg'], 'option --karg needs a value: --karg ARGUMENT', 'Run slipway install --help.'],
	[
		['--karg', '--wipe', 'a'],
		'option --karg needs a value: --karg ARGUMENT',
		'If the value is really --wipe, write --karg=--wipe',
	],
	[['--root-fs', 'zfs', 'a'], 'option --root-fs cannot be zfs', 'It is one of: ext4, xfs'],
	[
		['--root-fs=xfs', '--root-fs=ext4', 'a'],
		'option --root-fs is given twice: xfs and ext4',
		'Give it once.',
	],
	[
		['--progress-fd', 'x', 'a'],
		'option --progress-fd needs a whole number, not x',
		'Run slipway install --help.',
	],
	[[], 'install needs DEVICE: the disk to install on', 'Run slipway install --help.'],
	[['a', 'b', 'c'], 'install does not know what to do with c', 'Run slipway install --help.'],
];
for (const [words, message, hint] of refusals)
	test(`refuses '${words.join(' ')}' with the next step`, () => {
		try {
			parseArguments(grammar, words);
			assert.unreachable();
		} catch (error) {
			assert.ok(error instanceof UsageError);
			assert.equal([error.message, error.hint, error.exitStatus], [message, hint, 2]);
		}
	});

test.run();
