import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseDuration} from '../../../engine/update/duration.ts';

const test = suite('duration');
const minute = 60_000;

const cases: readonly (readonly [text: string, ms: number | undefined])[] = [
	['0', 0],
	['90s', 90_000],
	['15m', 15 * minute],
	['15min', 15 * minute],
	['4h', 240 * minute],
	['1d 12h', 36 * 60 * minute],
	['1h30min', 90 * minute],
	['2w', 14 * 24 * 60 * minute],
	['366d', 366 * 24 * 60 * minute],
	['367d', undefined],
	['99999999999999999999h', undefined],
	['', undefined],
	['4', undefined],
	['h', undefined],
	['-4h', undefined],
	['1.5h', undefined],
	['4 hours', undefined],
	[' 4h', undefined],
	['4h ', undefined],
];
for (const [text, ms] of cases)
	test(`is ${ms} ms for ${JSON.stringify(text)}`, () => {
		assert.is(parseDuration(text), ms);
	});

test('is refused in no time, however long the text', () => {
	assert.is(parseDuration(`${'1h'.repeat(50_000)}!`), undefined);
});

test.run();
