import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseMountinfo, readMountPoints, rootMount} from '../../../engine/system/mount-points.ts';

const test = suite('mount points');

/** Of an ordinary podman container; names of the host shortened. */
const mountInfo = `311 282 0:67 / / rw,relatime - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/o/diff,workdir=/o/work
312 311 0:70 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
313 311 254:0 /home/me/with\\040space /mnt/with\\040space\\134 rw,relatime shared:1 master:2 - ext4 /dev/vda rw
315 311 0:71 / /dev rw,nosuid,noexec - tmpfs tmpfs rw,size=65536k,mode=755
319 315 0:72 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620
322 311 254:0 /userdata/hosts /etc/hosts rw,relatime - ext4 /dev/vda rw
`;

test('are read with optional fields, and with their escapes undone', () => {
	const mounts = parseMountinfo(mountInfo);
	assert.equal(
		mounts.map(({path}) => path),
		['/', '/proc', '/mnt/with space\\', '/dev', '/dev/pts', '/etc/hosts'],
	);
	assert.equal(mounts.slice(0, 3), [
		{
			device: '0:67',
			root: '/',
			path: '/',
			type: 'overlay',
			source: 'overlay',
			options: ['rw', 'lowerdir=/l/A:/l/B', 'upperdir=/o/diff', 'workdir=/o/work'],
		},
		{device: '0:70', root: '/', path: '/proc', type: 'proc', source: 'proc', options: ['rw']},
		{
			device: '254:0',
			root: '/home/me/with space',
			path: '/mnt/with space\\',
			type: 'ext4',
			source: '/dev/vda',
			options: ['rw'],
		},
	]);
});

test('have sources with blanks, and options with commas', () => {
	const line = '36 35 98:0 / /x rw - ext3 /dev/mapper/a\\040b rw,lowerdir=/a\\054b';
	assert.equal(parseMountinfo(`${line}\n`), [
		{
			device: '98:0',
			root: '/',
			path: '/x',
			type: 'ext3',
			source: '/dev/mapper/a b',
			options: ['rw', 'lowerdir=/a,b'],
		},
	]);
});

test('keep names that are no UTF-8 as bytes', () => {
	const [mount] = parseMountinfo('1 0 0:1 / /\xff\xe4 rw - tmpfs tmpfs rw\n');
	assert.is(mount?.path, '/\xff\xe4');
});

test('show at the root what was mounted there last', () => {
	const mounts = parseMountinfo(`${mountInfo}400 311 8:1 / / rw - ext4 /dev/vda1 rw\n`);
	assert.is(rootMount(mounts)?.type, 'ext4');
	assert.is(rootMount([]), undefined);
});

test('of this process hold its root', () => {
	assert.ok(readMountPoints().includes('/'));
});

test.run();
