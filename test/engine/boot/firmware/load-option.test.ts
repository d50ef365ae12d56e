import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type EspIdentity,
	formatLoadOption,
	parseLoadOption,
} from '../../../../engine/boot/firmware/load-option.ts';

const test = suite('a boot entry of the firmware');

const esp: EspIdentity = {
	number: 1,
	start: 2048,
	size: 1_048_576,
	uuid: '0f1c2b3a-4d5e-6f70-8192-a3b4c5d6e7f8',
};

/** As efibootmgr writes it, by hand from the specification. */
const written = [
	'01000000',
	'6200',
	'640065006200690061006e000000',
	'04012a00',
	'01000000',
	'0008000000000000',
	'0000100000000000',
	'3a2b1c0f5e4d706f8192a3b4c5d6e7f8',
	'0202',
	'04043400',
	'5c004500460049005c00640065006200690061006e005c007300680069006d007800360034002e006500660069000000',
	'7fff0400',
].join('');
const option = {
	description: 'debian',
	isActive: true,
	program: {partitionUuid: esp.uuid, path: 'EFI/debian/shimx64.efi'},
};

test('is written as the specification has it', () => {
	const bytes = formatLoadOption('debian', 'EFI/debian/shimx64.efi', esp);
	assert.is(bytes.toString('hex'), written);
});

test('is read back, whatever stands behind it', () => {
	for (const more of ['', '00424f'])
		assert.equal(parseLoadOption(Buffer.from(written + more, 'hex')), option);
});

test('may lead to no file, and may be switched off', () => {
	const network = '000000000c004e00500000000301060000017fff0400';
	assert.equal(parseLoadOption(Buffer.from(network, 'hex')), {
		description: 'NP',
		isActive: false,
		program: undefined,
	});
});

test('is none when it is cut short, and never read beyond its end', () => {
	const bytes = Buffer.from(written, 'hex');
	for (let length = 0; length < bytes.length; length++) {
		const parsed = parseLoadOption(bytes.subarray(0, length));
		if (length < 20) assert.is(parsed, undefined, `${length}`);
		else if (length < bytes.length - 56) assert.is(parsed?.program, undefined, `${length}`);
	}
	const endless = Buffer.from('010000000800410000000401000004010000', 'hex');
	assert.is(parseLoadOption(endless)?.program, undefined);
});

test.run();
