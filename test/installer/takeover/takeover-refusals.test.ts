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
	isSecureBoot: false,
	isSigned: false,
	defaultEntry: undefined,
};

const cases: readonly (readonly [Partial<TakeoverChecks>, ...(readonly string[])[]])[] = [
	[{}],
	[{isSecureBoot: true, isSigned: true}],
	[
		{isSecureBoot: true},
		['secure-boot', "Secure Boot is on, and the image's systemd-boot has no signature"],
	],
	[{defaultEntry: 'slipway-*'}],
	[
		{defaultEntry: 'slipway-previous.conf'},
		['default-entry', 'the boot loader was told to start slipway-previous.conf by default'],
	],
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
