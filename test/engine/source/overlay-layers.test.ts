import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {countLowerLayers} from '../../../engine/source/overlay-layers.ts';
import {parseMountinfo} from '../../../engine/system/mount-points.ts';

const test = suite('layers of an overlay');

const upper = 'upperdir=/o/diff,workdir=/o/work';
const cases = [
	{
		what: 'a container of podman',
		line: `1 0 0:67 / / rw,relatime - overlay overlay rw,lowerdir=/l/A:/l/B:/l/C,${upper}`,
		layers: 3,
	},
	{
		what: 'a newer kernel',
		line: `1 0 0:67 / / rw,relatime - overlay overlay rw,lowerdir+=/l/A,lowerdir+=/l/B,${upper}`,
		layers: 2,
	},
	{
		what: 'a folder with a colon in its name',
		line: `1 0 0:67 / / rw,relatime - overlay overlay rw,lowerdir=/l/A\\:1:/l/B,${upper}`,
		layers: 2,
	},
	{
		what: 'a kernel that writes the backslash in octal',
		line: `1 0 0:67 / / rw,relatime - overlay overlay rw,lowerdir=/l/A\\134:1:/l/B,${upper}`,
		layers: 2,
	},
	{what: 'another file system', line: '1 0 8:1 / / rw - ext4 /dev/sda1 rw', layers: undefined},
	{
		what: 'an overlay that is not the root',
		line: `1 0 0:67 / /mnt rw - overlay overlay rw,lowerdir=/l/A,${upper}`,
		layers: undefined,
	},
];

for (const {what, line, layers} of cases)
	test(`are counted for ${what}`, () => {
		assert.is(countLowerLayers(parseMountinfo(`${line}\n`)), layers);
	});

test.run();
