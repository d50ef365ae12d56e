import type {EncryptionAnswers, KeyDerivation} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import type {LineOf} from './honoured-commands.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

type EncryptingLine = LineOf<'autopart'> | LineOf<'part'>;

const functions = ['argon2id', 'argon2i', 'pbkdf2'] as const;

/** LUKS2 as the lines of partitions want it, which have to agree; undefined when none does. */
export function encryptionOf(
	lines: readonly EncryptingLine[],
	report: Report,
): EncryptionAnswers | undefined {
	for (const line of lines) checkEncryption(line, report);
	const encrypted = lines.filter(({options}) => options.encrypted);
	if (encrypted.length === 0) return undefined;
	const passphrases = encrypted.flatMap(({options}) => options.passphrase ?? []);
	const [passphrase] = passphrases;
	for (const other of passphrases) {
		if (other.value === passphrase?.value) continue;
		const found = 'another than the one before';
		report.mistake(other.at, {key: 'part --passphrase', found, expected: 'one for all partitions'});
	}
	const derivation = encrypted.map((line) => keyDerivation(line, report)).find(Boolean);
	const cipher = encrypted.find(({options}) => options.cipher)?.options.cipher?.value;
	return {
		passphrase: passphrase && {kind: 'inline', secret: new Secret(passphrase.value)},
		tpm2: undefined,
		recoveryKeyPath: undefined,
		...(cipher === undefined ? {} : {cipher}),
		...(derivation === undefined ? {} : {keyDerivation: derivation}),
	};
}

/** Nobody is asked, so that a root which nothing unlocks cannot be made. @param merged with what the addon says */
export function reportLocked(
	{part, autopart}: CommandLines,
	merged: EncryptionAnswers | undefined,
	report: Report,
): void {
	if (merged === undefined || (merged.passphrase ?? merged.tpm2) !== undefined) return;
	const line = [...part, ...autopart].find(({options}) => options.encrypted);
	if (line === undefined) return;
	report.mistake(line.at, {
		key: `${line.name} --encrypted`,
		found: 'without anything that unlocks it',
		expected: '--passphrase=…, or %addon slipway with storage.encryption',
	});
}

function checkEncryption({name, options}: EncryptingLine, report: Report): void {
	const {passphrase, encrypted, 'luks-version': version} = options;
	if (passphrase?.value === '') {
		const key = `${name} --passphrase`;
		report.mistake(passphrase.at, {key, found: 'empty', expected: 'a passphrase'});
	} else if (passphrase !== undefined) {
		report.warning(passphrase.at, {
			key: `${name} --passphrase`,
			found: encrypted ? 'in plain text' : 'given without --encrypted',
			expected: encrypted ? 'a file that only its owner may read' : 'both or none',
		});
	}
	if (version !== undefined && version.value !== 'luks2') {
		const key = `${name} --luks-version`;
		report.mistake(version.at, {key, found: JSON.stringify(version.value), expected: 'luks2'});
	}
	for (const option of ['escrowcert', 'backuppassphrase', 'hw-passphrase'] as const) {
		const given = options[option];
		if (given === undefined) continue;
		const expected = 'the recovery key, which is always made';
		report.mistake(given.at, {key: `${name} --${option}`, found: 'not possible here', expected});
	}
}

function keyDerivation({name, options}: EncryptingLine, report: Report): KeyDerivation | undefined {
	const {pbkdf} = options;
	const wanted = functions.find((each) => each === pbkdf?.value);
	if (pbkdf !== undefined && wanted === undefined) {
		const found = JSON.stringify(pbkdf.value);
		report.mistake(pbkdf.at, {key: `${name} --pbkdf`, found, expected: functions.join(', ')});
	}
	const {'pbkdf-memory': memory, 'pbkdf-time': time, 'pbkdf-iterations': iterations} = options;
	if (time !== undefined && iterations !== undefined) {
		const key = `${name} --pbkdf-time`;
		report.mistake(time.at, {key, found: 'given with --pbkdf-iterations', expected: 'one of them'});
	}
	if (wanted === undefined && !memory && !time && !iterations) return undefined;
	return {
		function: wanted,
		memoryKiB: memory?.value,
		timeMs: time?.value,
		iterations: iterations?.value,
	};
}
