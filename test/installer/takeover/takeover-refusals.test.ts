import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	findTakeoverRefusals,
	type TakeoverChecks,
} from '../../../installer/takeover/takeover-refusals.ts';

const test = suite('refusals of a takeover');

const checks: TakeoverChecks = {
	title: 'Debian 13',
	previous: {entry: 'efi /EFI/debian/shimx64.efi\n', how: 'by EFI/debian/shimx64.efi'},
};

const cases: readonly (readonly [Partial<TakeoverChecks>, ...(readonly string[])[]])[] = [
	[{}],
	[
		{previous: {entry: undefined, how: 'no boot loader of it was found'}},
		['no-way-back', 'nothing could start Debian 13 again: no boot loader of it was found'],
	],
];

for (const [changes, ...refusals] of cases)
	test(`are ${refusals.map(([code]) => code).join(', ') || 'none'}`, () => {
		const found = findTakeoverRefusals({...checks, ...changes});
		assert.equal(
			found.map(({code, message}) => [code, message]),
			refusals,
		);
	});

test.run();
