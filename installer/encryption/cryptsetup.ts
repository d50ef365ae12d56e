/** Arguments of cryptsetup and systemd-cryptenroll; see their manual pages. Keys are files, never arguments. */
import type {KeyDerivation} from '../answers/answers.ts';
import type {EncryptionPlan} from './encryption-plan.ts';
import {luksHeaderSize} from './encryption-plan.ts';

/**
 * In a container nobody answers libdevmapper's question whether udev is done, for udev's answer stays in the
 * host's IPC namespace; it makes device nodes itself then.
 */
export const deviceMapperEnvironment = {DM_DISABLE_UDEV: '1'};

/** In bits: XTS has two keys. */
export function keySize(cipher: string): number {
	return cipher.includes('-xts-') ? 512 : 256;
}

/** File systems have blocks of 4 KiB in any case, and larger sectors are encrypted faster. */
export const luksSectorSize = 4096;

const sectorsOf = (bytes: number): number => bytes / 512;

/**
 * Makes a LUKS2 header with one key for the time of the installation, in slot 0. That key is random, so
 * nothing is gained by making it costly to try.
 */
export function formatArguments(
	{uuid, cipher}: Pick<EncryptionPlan, 'uuid' | 'cipher'>,
	device: string,
	keyFile: string,
): string[] {
	return [
		...['luksFormat', '--batch-mode', '--type', 'luks2', '--uuid', uuid],
		...['--cipher', cipher, '--key-size', String(keySize(cipher))],
		// What cryptsetup takes for larger ones differs between its versions, and the plan has room for this.
		...['--offset', String(sectorsOf(luksHeaderSize))],
		...['--sector-size', String(luksSectorSize)],
		...['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'],
		...['--key-file', keyFile, device],
	];
}

export function openArguments(device: string, name: string, keyFile: string): string[] {
	return ['open', '--type', 'luks2', '--key-file', keyFile, device, name];
}

export function addPassphraseArguments(
	device: string,
	keyFile: string,
	{passphraseFile, derivation}: {passphraseFile: string; derivation: KeyDerivation | undefined},
): string[] {
	return [
		...['luksAddKey', '--batch-mode', '--key-file', keyFile, ...derivationArguments(derivation)],
		...[device, passphraseFile],
	];
}

function derivationArguments(derivation: KeyDerivation | undefined): string[] {
	if (derivation === undefined) return [];
	const {function: name, memoryKiB, timeMs, iterations} = derivation;
	const option = (key: string, value: string | number | undefined): string[] =>
		value === undefined ? [] : [key, String(value)];
	return [
		...option('--pbkdf', name),
		...option('--pbkdf-memory', memoryKiB),
		...option('--iter-time', timeMs),
		...option('--pbkdf-force-iterations', iterations),
	];
}

export function recoveryKeyArguments(device: string, keyFile: string): string[] {
	return [`--unlock-key-file=${keyFile}`, '--recovery-key', device];
}

export function tpm2Arguments(
	device: string,
	keyFile: string,
	{pcrs, pin}: {readonly pcrs: readonly number[]; readonly pin: boolean},
): string[] {
	return [
		`--unlock-key-file=${keyFile}`,
		'--tpm2-device=auto',
		`--tpm2-pcrs=${pcrs.join('+')}`,
		`--tpm2-with-pin=${pin ? 'yes' : 'no'}`,
		device,
	];
}

/** Takes away what {@link formatArguments} put in. @param otherKeyFile a key that stays, and has to open it */
export function removeFirstKeyArguments(device: string, otherKeyFile: string): string[] {
	return ['luksKillSlot', '--batch-mode', '--key-file', otherKeyFile, device, '0'];
}

/** A mapping without a header; the key comes on standard input, and has {@link keySize} bits. */
export function plainArguments(device: string, name: string, cipher: string): string[] {
	const size = String(keySize(cipher));
	return [
		...['open', '--batch-mode', '--type', 'plain', '--cipher', cipher, '--key-size', size],
		...['--key-file', '-', device, name],
	];
}
