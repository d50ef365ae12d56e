import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {mountedDevice, parseMountinfo, parseSwaps} from '../../../installer/disk/mounts.ts';
import {makeKernel} from './sysfs.ts';

const test = suite('mounts');

test('of btrfs are traced to their device by the source', () => {
	const kernel = makeKernel({sda: {number: '8:0'}, sda2: {number: '8:2', disk: 'sda'}});
	const [root, none] = parseMountinfo(
		'1 0 0:30 /root / rw - btrfs /dev/sda2 rw\n2 0 0:31 / /x rw - tmpfs sda2 rw\n',
	);
	if (root === undefined || none === undefined) throw new Error('not parsed');
	assert.is(mountedDevice(kernel.paths, root)?.name, 'sda2');
	assert.is(mountedDevice(kernel.paths, none), undefined);
	kernel.remove();
});

test('of swap are devices and files', () => {
	const text =
		'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda3                               partition\t1048572\t\t0\t\t-2\n/var/my\\040swap file\t4\t0\t-3\n';
	assert.equal(parseSwaps(text), ['/dev/sda3', '/var/my swap']);
	assert.equal(parseSwaps('Filename\tType\n'), []);
});

test.run();
