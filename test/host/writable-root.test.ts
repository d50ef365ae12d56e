import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {openWritableRoot} from '../../engine/deployment/writable-root.ts';
import {hostSystem} from '../../engine/system/host.ts';

const test = suite('writable root on real mounts');

test('opens and closes although a killed run has left one', () => {
	const system = hostSystem();
	system.unshareMounts();
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-writable-'));
	const source = path.join(folder, 'sysroot');
	const place = path.join(folder, 'run/physical');
	mkdirSync(source);
	system.mount('tmpfs', source, 'tmpfs', []);
	writeFileSync(path.join(source, 'file'), 'kept');
	system.mount('none', source, '', ['remount', 'bind', 'ro']);
	try {
		// Of a run that never came to dispose of it.
		openWritableRoot(system, source, place);
		for (let run = 0; run < 2; run++) {
			using root = openWritableRoot(system, source, place);
			writeFileSync(path.join(root.path, `run-${run}`), 'x');
		}
		assert.ok(existsSync(path.join(source, 'run-0')) && existsSync(path.join(source, 'run-1')));
		assert.throws(() => writeFileSync(path.join(source, 'more'), ''), /EROFS/);
		assert.is(readFileSync(path.join(source, 'file'), 'utf8'), 'kept');
	} finally {
		execFileSync('umount', ['--recursive', place, source]);
		rmSync(folder, {recursive: true});
	}
});

test.run();
