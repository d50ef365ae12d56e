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
import {chooseSink, type SinkChoice} from '../../../installer/sink/choose.ts';
import {kernelHasVerity} from '../../../installer/sink/mount-trial.ts';

const test = suite('the choice of a sink');
const capabilities = () => new Set(['SYS_ADMIN']);
const failing = (errno: string) => () => {
	throw new KernelCallFailed('mount', 'it', errno);
};
const disk = {path: '/disk', sectorSize: 512};

for (const [title, answers, type, outcome] of [
	['a process that may mount mounts', {capabilities}, 'ext4', 'mounted'],
	[
		'also when an empty file is, as it should be, no file system',
		{capabilities, mount: failing('EINVAL')},
		'xfs',
		'mounted',
	],
	['one without the capability does not mount', {}, 'ext4', 'unmounted'],
	[
		'nor does one whose capability is worth nothing',
		{capabilities, attachLoop: failing('EINVAL')},
		'ext4',
		'unmounted',
	],
	[
		'other file systems are refused then',
		{capabilities, attachLoop: failing('EPERM')},
		'xfs',
		'needs-mounting',
	],
	[
		'and where mount is forbidden',
		{capabilities, mount: failing('EPERM')},
		'btrfs',
		'needs-mounting',
	],
	[
		'a kernel without ext4 is done without',
		{capabilities, mount: failing('ENODEV')},
		'ext4',
		'unmounted',
	],
	[
		'one without another file system is told',
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
		assert.is(detached, attached);
	});

function describe(choose: () => SinkChoice): string {
	try {
		return choose().sink.claimsDisk ? 'unmounted' : 'mounted';
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
