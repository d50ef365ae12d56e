import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../engine/errors.ts';
import {noProgress} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {MiB, makeDisk, noise} from '../installer/output/sample-disks.ts';
import {writeInPlace} from '../installer/output/write-in-place.ts';
import {thrownBy} from '../installer/sink/thrown.ts';

const test = suite('disk images on a full file system');

test('are not left half written', async () => {
	const system = hostSystem();
	system.unshareMounts();
	const folder = mkdtempSync(path.join(tmpdir(), 'full-output-'));
	const out = path.join(folder, 'out');
	mkdirSync(out);
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', out]);
	try {
		const disk = makeDisk(folder, {size: 32 * MiB, pieces: [[0, noise(8 * MiB)]]});
		const outputs = [
			{format: 'qcow2', file: path.join(out, 'disk.qcow2')},
			{format: 'vmdk', file: path.join(out, 'disk.vmdk')},
		] as const;
		const writing = writeInPlace(system, disk, outputs, noProgress, new AbortController().signal);
		const {code, message, hint} = await thrownBy(OperationFailed, writing);
		assert.is(code, 'disk-full');
		assert.match(message, /^there is no room left for .*\/out\/disk\.(qcow2|vmdk)$/);
		assert.is(hint, `Make room on the file system of ${out}.`);
		assert.equal(readdirSync(out), []);
	} finally {
		execFileSync('umount', [out]);
		rmSync(folder, {recursive: true});
	}
});

test.run();
