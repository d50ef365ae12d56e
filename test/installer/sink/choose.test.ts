import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {KernelCallFailed} from '../../../engine/system/libc.ts';
import type {System} from '../../../engine/system/system.ts';
import type {RootFileSystem} from '../../../installer/disk/layout-settings.ts';
import {chooseSink} from '../../../installer/sink/choose.ts';
import {kernelHasVerity} from '../../../installer/sink/mount-trial.ts';

const test = suite('the choice of a sink');
const capabilities = () => new Set(['SYS_ADMIN']);
const failing = (errno: string) => () => {
	throw new KernelCallFailed('mount', 'it', errno);
};
const disk = {path: '/disk', sectorSize: 512};

for (const [title, answers, type, outcome] of [
	['ext4 is written without the kernel, whatever it can', {capabilities}, 'ext4', 'chosen'],
	['and by a process that may nothing', {}, 'ext4', 'chosen'],
	['a process that may mount mounts', {capabilities}, 'xfs', 'chosen'],
	[
		'also when an empty file is, as it should be, no file system',
		{capabilities, mount: failing('EINVAL')},
		'xfs',
		'chosen',
	],
	['one without the capability is refused', {}, 'btrfs', 'needs-mounting'],
	[
		'so is one whose capability is worth nothing',
		{capabilities, attachLoop: failing('EINVAL')},
		'xfs',
		'needs-mounting',
	],
	[
		'and one that may not mount',
		{capabilities, mount: failing('EPERM')},
		'btrfs',
		'needs-mounting',
	],
	[
		'a kernel without the file system is told',
		{capabilities, mount: failing('ENODEV')},
		'btrfs',
		'no-file-system',
	],
] as const satisfies (readonly [string, Partial<System>, RootFileSystem, string])[])
	test(title, () => {
		const system = fakeSystem(answers);
		assert.is(
			describe(() => chooseSink(system, disk, type)),
			outcome,
		);
		const detached = system.calls.filter(({call}) => call === 'detachLoop').length;
		const attached = system.calls.filter(({call}) => call === 'mount').length;
		if (type === 'ext4') assert.equal(system.calls, []);
		assert.is(detached, attached);
	});

function describe(choose: () => unknown): string {
	try {
		choose();
		return 'chosen';
	} catch (error) {
		if (error instanceof Lacking) return error.code;
		throw error;
	}
}

test('fs-verity of btrfs is as the kernel says', () => {
	const sys = mkdtempSync(path.join(tmpdir(), 'slipway-sys-'));
	try {
		assert.not(kernelHasVerity('btrfs', sys));
		mkdirSync(path.join(sys, 'fs/btrfs/features'), {recursive: true});
		writeFileSync(path.join(sys, 'fs/btrfs/features/verity'), '0\n');
		assert.ok(kernelHasVerity('btrfs', sys));
		assert.not(kernelHasVerity('xfs', sys));
	} finally {
		rmSync(sys, {recursive: true});
	}
});

test.run();
