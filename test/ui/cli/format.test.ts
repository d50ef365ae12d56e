import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	formatCount,
	formatCounted,
	formatDefinitions,
	formatDuration,
	formatSize,
	wrapText,
} from '../../../ui/cli/format.ts';

const test = suite('format');

test('gives sizes in IEC units with at most one decimal', () => {
	const cases: [number, string][] = [
		[0, '0 B'],
		[1023, '1023 B'],
		[1024, '1.0 KiB'],
		[10_188, '9.9 KiB'],
		[10_189, '10 KiB'],
		[1_048_063, '1023 KiB'],
		[1_048_064, '1.0 MiB'],
		[420_478_976, '401 MiB'],
		[1.5 * 2 ** 30, '1.5 GiB'],
		[2 ** 60, '1024 PiB'],
	];
	for (const [bytes, text] of cases) assert.is(formatSize(bytes), text);
});

test('gives durations in the two units that matter', () => {
	const cases: [number, string][] = [
		[0, '0.0 s'],
		[9.94, '9.9 s'],
		[9.96, '10 s'],
		[59.4, '59 s'],
		[59.6, '1 min 00 s'],
		[185, '3 min 05 s'],
		[3599.6, '1 h 00 min'],
		[3725, '1 h 02 min'],
	];
	for (const [seconds, text] of cases) assert.is(formatDuration(seconds), text);
});

test('groups digits and counts in words', () => {
	assert.is(formatCount(12_677), '12,677');
	assert.is(formatCount(999), '999');
	assert.is(formatCount(1_000_000), '1,000,000');
	assert.is(formatCounted(1, 'file'), '1 file');
	assert.is(formatCounted(2, 'entry', 'entries'), '2 entries');
});

test('wraps at spaces and leaves longer words whole', () => {
	assert.equal(wrapText('one two three', 7), ['one two', 'three']);
	assert.equal(wrapText('a muchtoolongword b', 5), ['a', 'muchtoolongword', 'b']);
	assert.equal(wrapText('  ', 5), []);
});

test('puts meanings beside terms, and below a term that is too wide', () => {
	assert.equal(
		formatDefinitions(
			[
				['-h', 'Help that goes on'],
				['--a-term-that-is-much-too-wide', 'Meaning'],
			],
			{width: 42},
		),
		[
			'  -h                          Help that',
			'                              goes on',
			'  --a-term-that-is-much-too-wide',
			'                              Meaning',
		],
	);
});

test.run();
