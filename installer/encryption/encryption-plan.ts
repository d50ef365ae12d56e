import type {KernelArgument} from '../../engine/boot/kernel-argument.ts';
import type {UnlockMethod} from '../../engine/deployment/unlock-method.ts';
import {UsageError} from '../../engine/errors.ts';
import type {Answers, KeyDerivation} from '../answers/answers.ts';
import {seededUuid} from '../disk/identifiers.ts';
import {MiB} from '../disk/size.ts';

/** How the root is encrypted. JSON as it is, and nothing of a secret in it. */
export interface EncryptionPlan {
	readonly type: 'luks2';
	/** Of the LUKS header, in lower case. */
	readonly uuid: string;
	/** What the unlocked device is called on the machine: /dev/mapper/NAME. */
	readonly name: string;
	/** As for dm-crypt. */
	readonly cipher: string;
	/** Of the passphrase. */
	readonly keyDerivation: KeyDerivation | undefined;
	/** Each of them opens it, and so does the recovery key. */
	readonly unlockedBy: readonly UnlockMethod[];
	readonly recoveryKey: RecoveryKeyPlan;
}

/**
 * Where the recovery key goes: to whoever watches, at the end, or into a file. Where the machine encrypts itself,
 * that is a file of its own.
 */
export type RecoveryKeyPlan =
	| {readonly kind: 'shown'}
	| {readonly kind: 'written'; readonly path: string}
	| {readonly kind: 'made-at-first-boot'; readonly path: string};

/** What cryptsetup keeps for itself before the data: both headers, and keys for 32 ways to open it. */
export const luksHeaderSize = 16 * MiB;

/** Of the machine; in the initramfs and from then on. */
export const mappingName = 'slipway-root';

/** As cryptsetup takes it. */
export const cipherPattern = /^[a-z0-9]+(-[a-z0-9:]+)+$/;

const defaultCipher = 'aes-xts-plain64';

/**
 * @param seed all identifiers follow from it
 * @returns undefined when the root is not to be encrypted
 * @throws UsageError for a cipher that is none, and when nothing would unlock the root
 */
export function planEncryption(
	{encryption}: Answers['storage'],
	seed: string,
): EncryptionPlan | undefined {
	if (encryption === undefined) return undefined;
	const {passphrase, tpm2, recoveryKeyPath: path, cipher = defaultCipher} = encryption;
	if (passphrase === undefined && tpm2 === undefined)
		throw new UsageError('the root is to be encrypted, and nothing is said that unlocks it', {
			hint: 'Give a passphrase, or have the TPM2 of the machine unlock it.',
		});
	if (!cipherPattern.test(cipher))
		throw new UsageError(`${JSON.stringify(cipher)} is no cipher of dm-crypt`, {
			hint: `Give one such as ${defaultCipher}, or leave it out.`,
		});
	return {
		type: 'luks2',
		uuid: seededUuid(seed, 'root encryption'),
		name: mappingName,
		cipher,
		keyDerivation: encryption.keyDerivation,
		unlockedBy: [
			...(tpm2 === undefined
				? []
				: [{kind: 'tpm2', pcrs: tpm2.pcrs, pin: tpm2.pin !== undefined} as const]),
			...(passphrase === undefined ? [] : [{kind: 'passphrase'} as const]),
		],
		recoveryKey: path === undefined ? {kind: 'shown'} : {kind: 'written', path},
	};
}

/**
 * Kernel arguments by which the initramfs unlocks the root. They are the machine's, and all its deployments
 * get them. It asks until it is told what opens the disk: an image that boots is not to be blamed for a
 * mistyped passphrase.
 * @param keymap of the machine: what is typed in the initramfs is typed on it
 */
export function encryptionArguments(
	{uuid, name, unlockedBy}: EncryptionPlan,
	keymap: string | undefined,
): KernelArgument[] {
	const tpm2 = unlockedBy.some(({kind}) => kind === 'tpm2') ? ['tpm2-device=auto'] : [];
	// Nobody but the initramfs detaches it: a soft reboot still has its root on it.
	const options = ['x-initrd.attach', 'tries=0', ...tpm2].join(',');
	return [
		`rd.luks.name=${uuid}=${name}`,
		`rd.luks.options=${uuid}=${options}`,
		...(keymap === undefined ? [] : [`rd.vconsole.keymap=${keymap}`]),
	].map((argument) => ({argument, source: 'install: encryption'}));
}

export function describeRecoveryKey(plan: RecoveryKeyPlan): string {
	switch (plan.kind) {
		case 'shown':
			return 'shown once, at the end';
		case 'written':
			return `written to ${plan.path}`;
		case 'made-at-first-boot':
			return `made by the machine, in its ${plan.path}`;
	}
}
