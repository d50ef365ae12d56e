import {existsSync, mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {openWritableRoot} from '../../../engine/deployment/writable-root.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';

const test = suite('writable root');

test('is a view of the physical root for root alone, gone afterwards', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	const place = path.join(folder, 'run/slipway/physical');
	const system = fakeSystem();
	try {
		{
			using root = openWritableRoot(system, '/sysroot', place);
			assert.is(root.path, place);
			assert.is(statSync(place).mode & 0o777, 0o700);
		}
		assert.is(existsSync(place), false);
		assert.equal(
			system.calls.map(({call, args}) => [call, ...args]),
			[
				['mount', '/sysroot', place, '', ['bind']],
				['mount', 'none', place, '', ['remount', 'bind']],
				['unmount', place, true],
			],
		);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
