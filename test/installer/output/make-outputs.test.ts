import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {orNoRoom} from '../../../installer/output/make-outputs.ts';

const test = suite('disks and media of one call');

test('tell of the file system that is full, and not of a disk that is too small', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-room-'));
	try {
		const full = new OperationFailed('disk-full', 'the root partition is full');
		const told = orNoRoom(full, {folder, free: 300 * 2 ** 20, needed: 1.5 * 2 ** 30});
		assert.instance(told, OperationFailed);
		const {code, message, hint, cause} = told as OperationFailed;
		assert.is(code, 'disk-full');
		assert.is(
			message,
			`there is no room left in ${folder}: 300 MiB were free, and a disk of this image takes 1.5 GiB`,
		);
		assert.is(hint, `Make room on the file system of ${folder}, or name another folder.`);
		assert.is(cause, full);
		const other = new OperationFailed('broken', 'something else');
		assert.is(orNoRoom(other, {folder, free: 0, needed: 1}), other);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
