import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {compareVersions} from '../../../engine/packages/compare-versions.ts';

const test = suite('versions of packages');

/** Each is newer than the one before it. */
const dpkg = [
	'0~~',
	'0~',
	'0',
	'0+b1',
	'1~rc1-1',
	'1-0.9',
	'1-1',
	'1-1+b1',
	'1-10',
	'1-10a',
	'1-10+',
	'1.1-1',
	'1.1a-1',
	'1.1.1-1',
	'1.9',
	'1.10~1',
	'1.10',
	'10',
	'123456789012345678901234567890',
	'123456789012345678901234567891',
	'1:0',
	'2:0-1-1',
	'2:0-1-2',
];
const apk = [
	'1.2_alpha1-r0',
	'1.2_beta',
	'1.2_rc1-r5',
	'1.2-r0',
	'1.2-r2',
	'1.2-r10',
	'1.2a-r0',
	'1.2_p1',
	'1.10',
];

for (const [format, versions] of [
	['dpkg', dpkg],
	['apk', apk],
] as const)
	test(`are ordered as ${format} does`, () => {
		for (const [at, one] of versions.entries())
			for (const [place, other] of versions.entries())
				assert.is(
					Math.sign(compareVersions(format, one, other)),
					Math.sign(at - place),
					`${one} and ${other}`,
				);
	});

test('are the same with zeros before numbers, no epoch or no revision', () => {
	for (const [one, other] of [
		['1.01', '1.1'],
		['0:1', '1'],
		['1-0', '1'],
		['1-', '1'],
		['', ''],
	] as const)
		assert.is(compareVersions('dpkg', one, other), 0, `${one} and ${other}`);
});

test.run();
