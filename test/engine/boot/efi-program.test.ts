import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseEfiProgram} from '../../../engine/boot/efi-program.ts';
import {efiProgram, systemdBootProgram} from './efi-programs.ts';

const test = suite('EFI program');

test('that is systemd-boot says its version, in full', () => {
	for (const version of ['218', '257.9-1~deb13u1', '253.4+suse.17.gbe772961ad'])
		assert.equal(parseEfiProgram(systemdBootProgram(version)), {
			machine: 0x8664,
			systemdBoot: version,
			isSigned: false,
		});
});

test('that is not has none', () => {
	for (const text of [
		'',
		'GRUB version 2.12',
		'#### LoaderInfo: systemd-stub 257.9-1 ####',
		'#### LoaderInfo: systemd-boot 257.9-1',
		'#### LoaderInfo: systemd-boot  ####',
		`#### LoaderInfo: systemd-boot ${'9'.repeat(200)} ####`,
	])
		assert.equal(parseEfiProgram(efiProgram({text, machine: 0xaa64})), {
			machine: 0xaa64,
			systemdBoot: undefined,
			isSigned: false,
		});
});

test('tells whether it is signed', () => {
	assert.ok(parseEfiProgram(efiProgram({text: '', signature: 'signed'}))?.isSigned);
	const few = efiProgram({text: '', signature: 'signed'});
	few.writeUInt32LE(4, 88 + 108);
	assert.is(parseEfiProgram(few)?.isSigned, false, 'in a directory that is none');
});

test('is none when any of it is missing', () => {
	for (const whole of [
		systemdBootProgram('257', 'padding'),
		efiProgram({text: '#### LoaderInfo: systemd-boot 257 ####', signature: 'signed'}),
	]) {
		assert.ok(parseEfiProgram(whole));
		for (let length = 0; length < whole.length; length++)
			assert.is(parseEfiProgram(whole.subarray(0, length)), undefined, `${length} bytes`);
		assert.ok(parseEfiProgram(Buffer.concat([whole, Buffer.alloc(9)])), 'more may follow');
	}
});

test('is no other file', () => {
	const whole = systemdBootProgram('257');
	const changed = (offset: number, ...bytes: readonly number[]): Buffer => {
		const copy = Buffer.from(whole);
		copy.set(bytes, offset);
		return copy;
	};
	for (const [what, bytes] of Object.entries({
		zeros: Buffer.alloc(whole.length),
		text: Buffer.from('#### LoaderInfo: systemd-boot 257 ####'.padEnd(512)),
		'a DOS program': changed(64, 0),
		'a header far away': changed(60, 0xff, 0xff, 0xff, 0xff),
		'a program of 32 bits': changed(88, 0x0b, 0x01),
		'a short optional header': changed(84, 100, 0),
		'more sections than bytes': changed(70, 0xff, 0xff),
		'a section beyond the end': changed(88 + 240 + 16, 0xff, 0xff, 0xff, 0xff),
	}))
		assert.is(parseEfiProgram(bytes), undefined, what);
});

test.run();
