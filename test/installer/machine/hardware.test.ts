import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Firmware} from '../../../installer/disk/firmware.ts';
import {mountingCapabilities} from '../../../installer/disk/refusals.ts';
import {checkHardware} from '../../../installer/machine/hardware.ts';

const test = suite('what is told of a machine');

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-hardware-'));
const place = (name: string) => path.join(folder, name);
mkdirSync(place('proc'));
mkdirSync(place('sys'));
test.after(() => rmSync(folder, {recursive: true}));

function check(name: string, {installed = 'uefi', isRoot = true}: Circumstances = {}) {
	const system = {
		capabilities: () => new Set(isRoot ? mountingCapabilities : []),
		now: () => new Date('2026-11-27T08:00:00Z'),
	};
	return checkHardware(system, installed, folder).find((one) => one.name === name);
}

interface Circumstances {
	readonly installed?: Firmware;
	readonly isRoot?: boolean;
}

function setMemory(kibibytes: number): void {
	writeFileSync(place('proc/meminfo'), `MemTotal:       ${kibibytes} kB\nMemFree: 1 kB\n`);
}

test.before.each(() => {
	setMemory(4 << 20);
	rmSync(place('sys'), {recursive: true});
	mkdirSync(place('sys'));
});

test('a BIOS starts what is installed for it, and nothing else', () => {
	assert.equal(check('Firmware', {installed: 'bios'}), {
		name: 'Firmware',
		verdict: 'good',
		text: 'BIOS',
	});
	assert.is(check('Firmware', {installed: 'both'})?.verdict, 'good');
	const doubt = check('Firmware', {installed: 'uefi'});
	assert.is(doubt?.verdict, 'doubtful');
	assert.match(doubt?.text ?? '', '--firmware bios');
});

test('UEFI is good, with Secure Boot or without', () => {
	const variables = place('sys/firmware/efi/efivars');
	mkdirSync(variables, {recursive: true});
	assert.is(check('Firmware')?.text, 'UEFI, Secure Boot is off');
	for (const [value, word] of [
		[0, 'off'],
		[1, 'on'],
	] as const) {
		writeFileSync(path.join(variables, 'SecureBoot-8be4df61'), Buffer.from([6, 0, 0, 0, value]));
		assert.is(check('Firmware')?.text, `UEFI, Secure Boot is ${word}`);
	}
});

test('too little memory, no rights, and a TPM are seen', () => {
	assert.is(check('Memory')?.verdict, 'good');
	setMemory(1 << 20);
	assert.is(check('Memory')?.verdict, 'doubtful');
	assert.is(check('Privileges'), undefined);
	assert.is(check('Privileges', {isRoot: false})?.verdict, 'stop');
	assert.is(check('TPM')?.verdict, 'doubtful');
	mkdirSync(place('sys/class/tpm/tpm0'), {recursive: true});
	writeFileSync(place('sys/class/tpm/tpm0/tpm_version_major'), '2\n');
	assert.is(check('TPM')?.text, 'version 2');
});

test.run();
