import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {type EncryptionAnswers, noAnswers} from '../../../installer/answers/answers.ts';
import {
	type AskSecret,
	type EncryptionOptions,
	withEncryptionOptions,
} from '../../../ui/cli/encryption-options.ts';

const test = suite('options of encryption');

const noOptions: EncryptionOptions = {
	encryption: undefined,
	'passphrase-file': undefined,
	'tpm2-pin-file': undefined,
	'recovery-key': undefined,
};
const configured: EncryptionAnswers = {
	passphrase: {kind: 'file', path: '/config/passphrase'},
	tpm2: undefined,
	recoveryKeyPath: '/config',
};

async function encryptionOf(
	options: Partial<EncryptionOptions>,
	{given, ask}: {given?: EncryptionAnswers; ask?: AskSecret} = {},
): Promise<EncryptionAnswers | undefined> {
	const answers = {...noAnswers, storage: {...noAnswers.storage, encryption: given}};
	const {storage} = await withEncryptionOptions(answers, {...noOptions, ...options}, ask);
	return storage.encryption;
}

async function refusalOf(...call: Parameters<typeof encryptionOf>): Promise<string> {
	try {
		await encryptionOf(...call);
	} catch (error) {
		assert.instance(error, UsageError);
		return (error as UsageError).message;
	}
	return 'taken';
}

test('leave alone what a configuration says when they say nothing', async () => {
	assert.is(await encryptionOf({}), undefined);
	assert.equal(await encryptionOf({}, {given: configured}), configured);
	assert.equal(await encryptionOf({'recovery-key': '/other'}, {given: configured}), {
		...configured,
		recoveryKeyPath: '/other',
	});
});

test('go before a configuration, with secrets from files', async () => {
	const file = (path: string) => ({kind: 'file', path}) as const;
	const given = configured;
	assert.equal(await encryptionOf({encryption: 'tpm2'}, {given}), {
		passphrase: undefined,
		tpm2: {pcrs: [7], pin: undefined},
		recoveryKeyPath: undefined,
	});
	assert.equal(await encryptionOf({encryption: 'passphrase', 'passphrase-file': '/a'}, {given}), {
		passphrase: file('/a'),
		tpm2: undefined,
		recoveryKeyPath: undefined,
	});
	assert.equal(
		await encryptionOf({encryption: 'tpm2-pin', 'tpm2-pin-file': '/b', 'recovery-key': '/c'}),
		{passphrase: undefined, tpm2: {pcrs: [7], pin: file('/b')}, recoveryKeyPath: '/c'},
	);
	assert.equal(await encryptionOf({encryption: 'tpm2-passphrase', 'passphrase-file': '/a'}), {
		passphrase: file('/a'),
		tpm2: {pcrs: [7], pin: undefined},
		recoveryKeyPath: undefined,
	});
});

test('ask twice for what no file says', async () => {
	const asked: string[] = [];
	const ask = async (question: string) => {
		asked.push(question);
		return 'sesame';
	};
	const encryption = await encryptionOf({encryption: 'passphrase'}, {ask});
	const {passphrase} = encryption ?? {};
	assert.is(passphrase?.kind === 'inline' && passphrase.secret.reveal(), 'sesame');
	assert.equal(asked, ['Give a passphrase for the disk: ', 'Give the passphrase once more: ']);
	let count = 0;
	const differing = async () => `planted-${count++}`;
	const message = await refusalOf({encryption: 'tpm2-pin'}, {ask: differing});
	assert.is(message, 'the two PINs differ');
});

test('are refused where they do not fit, or nobody can be asked', async () => {
	const cases: readonly (readonly [Partial<EncryptionOptions>, string])[] = [
		[{'passphrase-file': '/a'}, '--passphrase-file is given, and no --encryption'],
		[{'recovery-key': '/a'}, '--recovery-key is given, and no --encryption'],
		[
			{encryption: 'tpm2', 'passphrase-file': '/a'},
			'--passphrase-file is given, and --encryption=tpm2',
		],
		[
			{encryption: 'passphrase', 'passphrase-file': '/a', 'tpm2-pin-file': '/b'},
			'--tpm2-pin-file is given, and --encryption=passphrase',
		],
		[{encryption: 'passphrase'}, 'the passphrase for the disk cannot be asked for here'],
		[{encryption: 'tpm2-pin'}, 'the PIN for the disk cannot be asked for here'],
	];
	for (const [options, message] of cases) assert.is(await refusalOf(options), message);
});

test.run();
