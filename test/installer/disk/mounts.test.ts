import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {mountedDevice, parseMountinfo, parseSwaps} from '../../../installer/disk/mounts.ts';
import {makeKernel} from './sysfs.ts';

const test = suite('mounts');
const podman = readFileSync(
	path.join(import.meta.dirname, '../../fixtures/disk/mountinfo-podman.txt'),
	'utf8',
);

test('are read from mountinfo of a container', () => {
	const mounts = parseMountinfo(podman);
	assert.is(mounts.length, 6);
	assert.equal(mounts.slice(0, 2), [
		{device: '0:67', path: '/', type: 'overlay', source: 'overlay'},
		{device: '254:0', path: '/w', type: 'ext4', source: '/dev/vda'},
	]);
});

test('are read with optional fields and with blanks in paths', () => {
	const line =
		'36 35 98:0 /mnt1 /mnt/my\\040disk\\134x rw,noatime shared:1 master:2 - ext3 /dev/mapper/a\\040b rw';
	assert.equal(parseMountinfo(`${line}\n`), [
		{device: '98:0', path: '/mnt/my disk\\x', type: 'ext3', source: '/dev/mapper/a b'},
	]);
});

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
