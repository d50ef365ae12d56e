import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {mountedPartition} from '../../engine/boot/mounted-partition.ts';
import {hostSystem} from '../../engine/system/host.ts';

const test = suite('a boot partition without any room');

test('still has its entries renamed', async () => {
	const system = hostSystem();
	system.unshareMounts();
	const mountPoint = mkdtempSync(path.join(tmpdir(), 'full-boot-partition-'));
	// Two pages: one for the entry, and one for what fills it.
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', mountPoint]);
	try {
		mkdirSync(path.join(mountPoint, 'entries'));
		writeFileSync(path.join(mountPoint, 'entries/one+2-1.conf'), 'title One\n');
		writeFileSync(path.join(mountPoint, 'filler'), Buffer.alloc(4096));
		assert.throws(() => writeFileSync(path.join(mountPoint, 'more'), 'x'), /ENOSPC/);
		const partition = mountedPartition(system, mountPoint);
		await partition.rename('entries/one+2-1.conf', 'entries/one.conf');
		assert.equal(readdirSync(path.join(mountPoint, 'entries')), ['one.conf']);
		assert.is(readFileSync(path.join(mountPoint, 'entries/one.conf'), 'utf8'), 'title One\n');
	} finally {
		execFileSync('umount', [mountPoint]);
		rmSync(mountPoint, {recursive: true});
	}
});

test.run();
