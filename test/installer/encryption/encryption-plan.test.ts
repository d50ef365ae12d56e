import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type EncryptionAnswers, noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {
	encryptionArguments,
	planEncryption,
} from '../../../installer/encryption/encryption-plan.ts';

const test = suite('plan of an encryption');

const passphrase = {kind: 'inline', secret: new Secret('planted')} as const;
const none = {passphrase: undefined, tpm2: undefined, recoveryKeyPath: undefined};

function planFor(encryption: EncryptionAnswers | undefined) {
	return planEncryption({...noAnswers.storage, encryption}, 'fixed');
}

test('is none where nothing is said', () => {
	assert.is(planFor(undefined), undefined);
});

test('names all that opens the disk, and no secret', () => {
	const plan = planFor({
		passphrase,
		tpm2: {pcrs: [0, 7], pin: passphrase},
		recoveryKeyPath: '/keys',
		cipher: 'aes-cbc-essiv:sha256',
		keyDerivation: {function: 'pbkdf2', memoryKiB: undefined, timeMs: 500, iterations: undefined},
	});
	assert.equal(plan, {
		type: 'luks2',
		uuid: plan?.uuid,
		name: 'slipway-root',
		cipher: 'aes-cbc-essiv:sha256',
		keyDerivation: {function: 'pbkdf2', memoryKiB: undefined, timeMs: 500, iterations: undefined},
		unlockedBy: [{kind: 'tpm2', pcrs: [0, 7], pin: true}, {kind: 'passphrase'}],
		recoveryKey: {kind: 'written', path: '/keys'},
	});
	assert.match(
		plan?.uuid ?? '',
		/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
	);
	assert.not.match(JSON.stringify(plan), 'planted');
});

test('is the same for the same seed', () => {
	assert.equal(planFor({...none, passphrase}), planFor({...none, passphrase}));
	assert.equal(planFor({...none, passphrase})?.recoveryKey, {kind: 'shown'});
});

test('is refused when nothing would open the disk, and for what is no cipher', () => {
	assert.throws(() => planFor(none), /^the root is to be encrypted, and nothing is said/);
	for (const cipher of ['', 'aes', 'aes xts', 'aes-xts-plain64 --key-file=x', '--help', 'aes-'])
		assert.throws(
			() => planFor({...none, passphrase, cipher}),
			/is no cipher of dm-crypt$/,
			cipher,
		);
});

test('gives the arguments by which the initramfs unlocks it', () => {
	const argumentsOf = (encryption: EncryptionAnswers, keymap?: string) => {
		const plan = planFor(encryption);
		assert.ok(plan);
		return encryptionArguments(plan, keymap).map(({argument}) =>
			argument.replaceAll(plan.uuid, 'UUID'),
		);
	};
	assert.equal(argumentsOf({...none, passphrase}, 'de-latin1'), [
		'rd.luks.name=UUID=slipway-root',
		'rd.luks.options=UUID=x-initrd.attach,tries=0',
		'rd.vconsole.keymap=de-latin1',
	]);
	assert.equal(argumentsOf({...none, tpm2: {pcrs: [7], pin: undefined}}), [
		'rd.luks.name=UUID=slipway-root',
		'rd.luks.options=UUID=x-initrd.attach,tries=0,tpm2-device=auto',
	]);
});

test.run();
