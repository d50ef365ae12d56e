import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseUnlockMethods} from '../../../engine/deployment/luks-header.ts';
import {describeUnlocking} from '../../../engine/deployment/unlock-method.ts';
import {DamagedInput} from '../../../engine/errors.ts';

const test = suite('LUKS header');

/** As cryptsetup prints it, shortened. */
function header(slots: readonly string[], tokens: readonly object[]): string {
	const keyslot = {type: 'luks2', key_size: 64, area: {type: 'raw', offset: '32768'}};
	return JSON.stringify({
		keyslots: Object.fromEntries(slots.map((slot) => [slot, keyslot])),
		tokens: Object.fromEntries(tokens.entries()),
		segments: {0: {type: 'crypt', offset: '16777216', encryption: 'aes-xts-plain64'}},
		digests: {},
		config: {json_size: '12288'},
	});
}

const tpm2 = {
	type: 'systemd-tpm2',
	keyslots: ['1'],
	'tpm2-blob': 'AJ4A…',
	'tpm2-pcrs': [7],
	'tpm2-pcr-bank': 'sha256',
	'tpm2-pin': true,
};
const recovery = {type: 'systemd-recovery', keyslots: ['3']};

test('tells all that opens the disk, a recovery key last', () => {
	assert.equal(parseUnlockMethods(header(['1', '2', '3'], [recovery, tpm2])), [
		{kind: 'tpm2', pcrs: [7], pin: true},
		{kind: 'passphrase'},
		{kind: 'recovery-key'},
	]);
	assert.equal(
		parseUnlockMethods(
			header(
				['1', '3', '4'],
				[
					{...tpm2, 'tpm2-pcrs': [], 'tpm2-pin': undefined},
					recovery,
					{type: 'clevis', keyslots: ['4']},
				],
			),
		),
		[{kind: 'tpm2', pcrs: [], pin: false}, {kind: 'other', name: 'clevis'}, {kind: 'recovery-key'}],
	);
	assert.equal(parseUnlockMethods(header(['0', '1'], [])), [{kind: 'passphrase'}]);
	assert.equal(parseUnlockMethods(header([], [])), []);
});

test('is one or an error', () => {
	for (const text of [
		'',
		'{}',
		'[]',
		'{"keyslots":{},"tokens":{"0":{}}}',
		'{"keyslots":1,"tokens":{}}',
	])
		assert.throws(
			() => parseUnlockMethods(text),
			(error: unknown) => error instanceof DamagedInput,
			text,
		);
});

test('is told in words', () => {
	const key = {kind: 'recovery-key'} as const;
	assert.is(describeUnlocking([]), 'nothing');
	assert.is(describeUnlocking([key]), 'recovery key');
	assert.is(
		describeUnlocking([
			{kind: 'tpm2', pcrs: [0, 7], pin: true},
			{kind: 'passphrase'},
			{kind: 'other', name: 'systemd-fido2'},
			key,
		]),
		'TPM2 (PCR 0, 7, with a PIN), passphrase, systemd-fido2 or recovery key',
	);
	assert.is(describeUnlocking([{kind: 'tpm2', pcrs: [], pin: false}, key]), 'TPM2 or recovery key');
});

test.run();
