import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseMountinfo} from '../../../engine/system/mount-points.ts';
import {namesElsewhere, namesInUse} from '../../../installer/takeover/names-in-use.ts';

const test = suite('names in use');

const mounts = parseMountinfo(`30 1 0:30 / /sysroot ro - btrfs /dev/vda2 rw
31 1 0:30 /state/os/default/var /var rw - btrfs /dev/vda2 rw
32 1 0:30 /@home /var/home rw - btrfs /dev/vda2 rw,subvol=/@home
33 1 0:30 /srv/web\\040site /var/www rw - btrfs /dev/vda2 rw
34 1 0:30 /srv/caf\xc3\xa9 /var/coffee rw - btrfs /dev/vda2 rw
35 1 0:31 /usr /mnt rw - btrfs /dev/vdb1 rw
36 1 0:30 / /run/slipway/physical rw - btrfs /dev/vda2 rw
`);

test('are those of the same file system that something is mounted from', () => {
	for (const place of ['/sysroot', '/run/slipway/physical'])
		assert.equal(namesInUse(mounts, place), ['@home', 'srv', 'state']);
});

test('begin where the file system is mounted from', () => {
	const below = parseMountinfo(`30 1 0:30 /top /sysroot ro - btrfs /dev/vda2 rw
31 1 0:30 /top/caf\xc3\xa9/a /a rw - btrfs /dev/vda2 rw
32 1 0:30 /topmost/b /b rw - btrfs /dev/vda2 rw
`);
	assert.equal(namesInUse(below, '/sysroot'), ['café']);
	assert.equal(namesInUse(below, '/nowhere'), []);
});

test('lie elsewhere only on another file system', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'names-'));
	try {
		mkdirSync(path.join(folder, 'usr'));
		assert.equal(namesElsewhere(folder), []);
		assert.ok(namesElsewhere('/').includes('proc'));
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
