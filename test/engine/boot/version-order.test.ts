import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {compareVersions} from '../../../engine/boot/version-order.ts';

const test = suite('order of versions');

/** Oldest first. */
const orders: readonly (readonly [string, readonly string[]])[] = [
	[
		'as the specification has them',
		[
			'122.1',
			'123~rc1-1',
			'123',
			'123-a',
			'123-a.1',
			'123-1',
			'123-1.1',
			'123^post1',
			'123.a-1',
			'123.1-1',
			'123a-1',
			'124-1',
		],
	],
	[
		'of systemd-boot in distributions',
		[
			'252.39-1~deb12u2',
			'257~rc1-1',
			'257.8-1~deb13u2',
			'257.9-1~deb13u1',
			'257.9-1~deb13u9',
			'257.9-1~deb13u10',
			'257.9-1',
			'257.13-1.fc42',
			'258-2',
			'1000',
		],
	],
	['with letters after capitals', ['1A', '1B', '1a', '1ab', '1b']],
];

for (const [title, versions] of orders)
	test(`is ${title}`, () => {
		for (const [i, a] of versions.entries())
			for (const [j, b] of versions.entries())
				assert.is(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
	});

const equal: readonly (readonly [string, string])[] = [
	['', ''],
	['257', '257'],
	['257.08', '257.8'],
	['123_a', '123a'],
	['253.4+suse', '253.4 suse'],
	['~', '~'],
	['257-', '257-'],
	['ä', ''],
];
for (const [a, b] of equal)
	test(`has no place for a difference between "${a}" and "${b}"`, () => {
		assert.equal([compareVersions(a, b), compareVersions(b, a)], [0, 0]);
	});

const ordered: readonly (readonly [string, string])[] = [
	['~', ''],
	['', '1'],
	['1-', '1-1'],
	['1.', '1.1'],
	['99999999999999999999', '100000000000000000000'],
];
for (const [older, newer] of ordered)
	test(`has "${older}" before "${newer}"`, () => {
		assert.equal([compareVersions(older, newer), compareVersions(newer, older)], [-1, 1]);
	});

test.run();
