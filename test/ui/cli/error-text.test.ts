import {lstatSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	DamagedInput,
	Lacking,
	OperationFailed,
	Refused,
	UsageError,
} from '../../../engine/errors.ts';
import {reportError} from '../../../ui/cli/error-text.ts';
import {exitStatusMeanings} from '../../../ui/cli/help.ts';

const test = suite('error text');

const report = (error: unknown) => reportError(error, {debug: false});

test('tells cause and next step, and ends with the status of the class', () => {
	assert.equal(report(new Refused('in-use', '/dev/sda is mounted', {hint: 'Unmount it.'})), {
		lines: ['slipway: /dev/sda is mounted', '  hint: Unmount it.'],
		exitStatus: 3,
	});
	assert.equal(report(new DamagedInput('no superblock', {offset: 1024})), {
		lines: ['slipway: no superblock (at byte 1024)'],
		exitStatus: 4,
	});
	const statuses = [
		new UsageError('x'),
		new Lacking('no-mount', 'x'),
		new OperationFailed('x', 'x'),
	].map((error) => report(error).exitStatus);
	assert.equal(statuses, [2, 5, 1]);
	for (const status of [...statuses, 3, 4]) assert.ok(exitStatusMeanings[status]);
});

test('tells what failed first, and what then failed in cleaning up only when asked for', () => {
	const failures = new SuppressedError(
		new OperationFailed('busy', 'the device is busy'),
		new Lacking('no-mapper', 'there is no device mapper', {hint: 'Load dm_mod.'}),
	);
	const told = ['slipway: there is no device mapper', '  hint: Load dm_mod.'];
	assert.equal(report(failures), {lines: told, exitStatus: 5});
	const {lines} = reportError(failures, {debug: true});
	assert.equal(lines.slice(0, 2), told);
	assert.ok(lines.includes('  then, cleaning up: the device is busy'));
});

test('words errors of the file system', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-errors-'));
	try {
		lstatSync(path.join(folder, 'missing'));
		assert.unreachable();
	} catch (error) {
		assert.equal(report(error), {
			lines: [`slipway: cannot lstat ${folder}/missing: no such file or directory`],
			exitStatus: 1,
		});
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test('ends with status 5 where a permission is missing', () => {
	const error = Object.assign(new Error('EACCES'), {
		errno: -13,
		code: 'EACCES',
		syscall: 'open',
		path: '/etc/shadow',
	});
	assert.equal(report(error), {
		lines: ['slipway: cannot open /etc/shadow: permission denied', '  hint: Run it as root.'],
		exitStatus: 5,
	});
});

test('calls anything else a defect, and says how to report it', () => {
	assert.equal(report(new TypeError('x is not\na function')), {
		lines: [
			'slipway: internal: TypeError: x is not a function',
			'  hint: This is a defect in slipway. Run it again with SLIPWAY_DEBUG=1 and report the output.',
		],
		exitStatus: 1,
	});
});

test('shows where it came from when debugging', () => {
	const cause = new Error('the cause');
	const {lines} = reportError(new OperationFailed('x', 'failed', {cause}), {debug: true});
	assert.is(lines[0], 'slipway: failed');
	assert.match(lines[1] ?? '', /^ {4}at .*error-text\.test\.ts/);
	assert.ok(lines.includes('  caused by: the cause'));
});

test.run();
