import {UsageError} from '../../engine/errors.ts';
import type {Answers, EncryptionAnswers, SecretSource} from '../../installer/answers/answers.ts';
import {Secret} from '../../installer/answers/secret.ts';
import type {Arguments, OptionDefinitions} from './command.ts';

/** What unlocks the root, as it is called on the command line. */
const ways = ['passphrase', 'tpm2', 'tpm2-pin', 'tpm2-passphrase'] as const;
type Way = (typeof ways)[number];

export const encryptionOptions = {
	encryption: {
		type: 'string',
		value: 'WAY',
		choices: ways,
		help: 'Encrypt the root with LUKS2, unlocked at boot by a passphrase, by the TPM2 of this machine, by that and a PIN, or by that or a passphrase. A recovery key is made too.',
	},
	'passphrase-file': {
		type: 'string',
		value: 'FILE',
		help: 'A file with the passphrase. Without it the passphrase is asked for.',
	},
	'tpm2-pin-file': {
		type: 'string',
		value: 'FILE',
		help: 'A file with the PIN. Without it the PIN is asked for.',
	},
	'recovery-key': {
		type: 'string',
		value: 'FILE',
		help: 'Write the recovery key to this file, or into this folder. Without it, it is shown at the end, once.',
	},
} as const satisfies OptionDefinitions;

export type EncryptionOptions = Arguments<
	typeof encryptionOptions,
	Record<never, never>
>['options'];

/** Asks for something that is not shown; undefined at the end of the input. */
export type AskSecret = (question: string) => Promise<string | undefined>;

/**
 * How the root is encrypted by the options, which go before the answers.
 * @param ask undefined where nobody can be asked
 * @throws UsageError for options that do not belong together, and for what cannot be asked
 */
export async function withEncryptionOptions(
	answers: Answers,
	options: EncryptionOptions,
	ask: AskSecret | undefined,
): Promise<Answers> {
	const {encryption: way, 'recovery-key': recoveryKeyPath} = options;
	const given = answers.storage.encryption;
	checkTogether(options, given);
	const encryption =
		way === undefined
			? given && {...given, recoveryKeyPath: recoveryKeyPath ?? given.recoveryKeyPath}
			: await encryptionOf(way, options, ask);
	return {...answers, storage: {...answers.storage, encryption}};
}

function checkTogether(options: EncryptionOptions, given: EncryptionAnswers | undefined): void {
	const {encryption: way} = options;
	const useless = (['passphrase-file', 'tpm2-pin-file', 'recovery-key'] as const).find((name) => {
		if (options[name] === undefined) return false;
		if (name === 'recovery-key') return way === undefined && given === undefined;
		return way === undefined || !(name === 'passphrase-file' ? takesPassphrase : takesPin)(way);
	});
	if (useless === undefined) return;
	const reason = way === undefined ? 'no --encryption' : `--encryption=${way}`;
	throw new UsageError(`--${useless} is given, and ${reason}`, {
		hint: 'Run slipway install --help.',
	});
}

const takesPassphrase = (way: Way): boolean => way.endsWith('passphrase');
const takesPin = (way: Way): boolean => way === 'tpm2-pin';

/** The state of the firmware and whether it checks signatures: what `systemd-cryptenroll` takes by itself. */
const usualPcrs = [7];

async function encryptionOf(
	way: Way,
	options: EncryptionOptions,
	ask: AskSecret | undefined,
): Promise<EncryptionAnswers> {
	const secret = async (what: string, option: 'passphrase-file' | 'tpm2-pin-file') => {
		const path = options[option];
		return path === undefined ? await askTwice(what, option, ask) : ({kind: 'file', path} as const);
	};
	const pin = takesPin(way) ? await secret('PIN', 'tpm2-pin-file') : undefined;
	const passphrase = takesPassphrase(way)
		? await secret('passphrase', 'passphrase-file')
		: undefined;
	return {
		passphrase,
		tpm2: way === 'passphrase' ? undefined : {pcrs: usualPcrs, pin},
		recoveryKeyPath: options['recovery-key'],
	};
}

async function askTwice(
	what: string,
	option: string,
	ask: AskSecret | undefined,
): Promise<SecretSource> {
	if (ask === undefined)
		throw new UsageError(`the ${what} for the disk cannot be asked for here`, {
			hint: `Give it with --${option}=FILE.`,
		});
	const [first, again] = [
		await ask(`Give a ${what} for the disk: `),
		await ask(`Give the ${what} once more: `),
	];
	if (first === undefined || first !== again)
		throw new UsageError(`the two ${what}s differ`, {hint: 'Run it again.'});
	return {kind: 'inline', secret: new Secret(first)};
}
