import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {encryptionSecrets} from '../../../installer/encryption/secrets.ts';

const test = suite('secrets of an encryption');

function read(passphrase: string, pin?: string) {
	const inline = (text: string) => ({kind: 'inline', secret: new Secret(text)}) as const;
	const encryption = {
		passphrase: inline(passphrase),
		tpm2: pin === undefined ? undefined : {pcrs: [7], pin: inline(pin)},
		recoveryKeyPath: undefined,
	};
	return encryptionSecrets({...noAnswers.storage, encryption}, new Map());
}

test('are what was given, without the end of line that files have', () => {
	for (const text of ['open sesame', 'open sesame\n', 'open sesame\r\n']) {
		const {secrets, problems} = read(text, '1234\n');
		assert.equal(problems, []);
		assert.is(secrets.passphrase?.reveal(), 'open sesame');
		assert.is(secrets.pin?.reveal(), '1234');
	}
	assert.is(read('a ä ').secrets.passphrase?.reveal(), 'a ä ');
	assert.is(read('a').secrets.pin, undefined);
});

test('are refused when nobody could type them, and never told', () => {
	const cases: readonly (readonly [string, string])[] = [
		['', 'the passphrase for the disk is empty'],
		['\n', 'the passphrase for the disk is empty'],
		['planted\n\n', 'the passphrase for the disk has a control character'],
		['plan\tted', 'the passphrase for the disk has a control character'],
		['plan\0ted', 'the passphrase for the disk has a control character'],
		['p'.repeat(513), 'the passphrase for the disk has 513 bytes'],
	];
	for (const [text, message] of cases)
		assert.equal(
			read(text).problems.map((problem) => problem.message),
			[message],
		);
	assert.equal(
		read('planted', '').problems.map((problem) => problem.message),
		['the PIN for the disk is empty'],
	);
});

test('are none where nothing is encrypted', () => {
	assert.equal(encryptionSecrets(noAnswers.storage, new Map()), {
		secrets: {passphrase: undefined, pin: undefined},
		problems: [],
	});
});

test.run();
