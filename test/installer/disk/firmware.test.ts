import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type BiosRequest, biosProblems} from '../../../installer/disk/firmware.ts';
import {usualFirmware} from '../../../installer/machine/usual-firmware.ts';

const test = suite('firmware that starts a disk');

const request: BiosRequest = {
	firmware: 'both',
	architecture: 'x86-64',
	sectorSizes: [512],
	isShared: false,
};

test('may be a BIOS on a disk of its own, of common sectors', () => {
	for (const firmware of ['uefi', 'bios', 'both', undefined] as const)
		assert.equal(biosProblems({...request, firmware}), []);
});

const unfit: readonly (readonly [Partial<BiosRequest>, string])[] = [
	[{architecture: 'arm64'}, 'no machine of arm64 has a BIOS'],
	[{sectorSizes: [4096]}, 'a BIOS does not start a disk with sectors of 4096 bytes'],
	[{isShared: true}, 'a disk that is shared with other systems cannot be started by a BIOS yet'],
	[{sectorSizes: [512, 512]}, 'disks that are mirrored cannot be started by a BIOS yet'],
];
for (const [change, message] of unfit)
	test(`is no BIOS: ${message}`, () => {
		assert.equal(
			biosProblems({...request, ...change}).map((problem) => problem.message),
			[message],
		);
		assert.equal(biosProblems({...request, ...change, firmware: 'uefi'}), []);
	});

test('is that of the machine in a live system, and UEFI from a container', () => {
	const root = mkdtempSync(path.join(tmpdir(), 'slipway-firmware-'));
	try {
		assert.is(usualFirmware('x86-64', false, root), 'uefi');
		assert.is(usualFirmware('x86-64', true, root), 'bios');
		assert.is(usualFirmware('arm64', true, root), 'uefi');
		mkdirSync(path.join(root, 'sys/firmware/efi'), {recursive: true});
		assert.is(usualFirmware('x86-64', true, root), 'uefi');
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
