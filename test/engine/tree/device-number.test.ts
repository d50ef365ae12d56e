import {statSync} from 'node:fs';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	deviceMajor,
	deviceMinor,
	makeDeviceNumber,
	maxMajor,
	maxMinor,
} from '../../../engine/tree/device-number.ts';

const test = suite('device number');

test('is put together as the kernel does, and taken apart again', () => {
	const pairs = [
		[0, 0],
		[1, 3],
		[8, 255],
		[8, 256],
		[259, 65_536],
		[maxMajor, maxMinor],
	] as const;
	assert.equal(
		pairs.map(([major, minor]) => makeDeviceNumber(major, minor).toString(16)),
		['0', '103', '8ff', '100800', '10010300', 'ffffffff'],
	);
	for (const [major, minor] of pairs) {
		const rdev = makeDeviceNumber(major, minor);
		assert.equal([deviceMajor(rdev), deviceMinor(rdev)], [major, minor]);
	}
});

test('of /dev/null is what stat says', () => {
	assert.is(makeDeviceNumber(1, 3), statSync('/dev/null').rdev);
});

test.run();
