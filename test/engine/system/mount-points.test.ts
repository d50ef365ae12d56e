import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseMountPoints, readMountPoints} from '../../../engine/system/mount-points.ts';

const test = suite('mount points');

/** Of an ordinary podman container; names of the host shortened. */
const mountInfo = `311 282 0:67 / / rw,relatime - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/o/diff,workdir=/o/work
312 311 0:70 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
313 311 254:0 /home/me/with\\040space /mnt/with\\040space\\134 rw,relatime shared:1 master:2 - ext4 /dev/vda rw
315 311 0:71 / /dev rw,nosuid,noexec - tmpfs tmpfs rw,size=65536k,mode=755
319 315 0:72 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620
322 311 254:0 /userdata/hosts /etc/hosts rw,relatime - ext4 /dev/vda rw
`;

test('are the fifth field, with its escapes undone', () => {
	assert.equal(parseMountPoints(mountInfo), [
		'/',
		'/proc',
		'/mnt/with space\\',
		'/dev',
		'/dev/pts',
		'/etc/hosts',
	]);
});

test('keep names that are no UTF-8 as bytes', () => {
	assert.equal(parseMountPoints('1 0 0:1 / /\xff\xe4 rw - tmpfs tmpfs rw\n'), ['/\xff\xe4']);
});

test('of this process hold its root', () => {
	assert.ok(readMountPoints().includes('/'));
});

test.run();
