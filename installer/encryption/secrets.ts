import {type EngineError, UsageError} from '../../engine/errors.ts';
import type {Answers, SecretSource} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import {contentOf, type ReadContents} from '../bootstrap/source-contents.ts';

/** What people type to unlock the root. */
export interface EncryptionSecrets {
	readonly passphrase: Secret | undefined;
	readonly pin: Secret | undefined;
}

/** What cryptsetup takes from a keyboard. */
const longest = 512;

/** @returns them, with all that is wrong with them; a file may end with an end of line, which is none of it */
export function encryptionSecrets(
	{encryption}: Answers['storage'],
	contents: ReadContents,
): {readonly secrets: EncryptionSecrets; readonly problems: readonly EngineError[]} {
	const problems: EngineError[] = [];
	const typed = (what: string, source: SecretSource | undefined): Secret | undefined => {
		if (source === undefined) return undefined;
		const bytes = withoutLineEnd(contentOf(source, contents).revealBytes());
		const fault = faultOf(bytes);
		if (fault !== undefined)
			problems.push(
				new UsageError(`the ${what} for the disk ${fault}`, {
					hint: `Give one of 1 to ${longest} bytes that can be typed in one line.`,
				}),
			);
		return new Secret(bytes);
	};
	const secrets = {
		passphrase: typed('passphrase', encryption?.passphrase),
		pin: typed('PIN', encryption?.tpm2?.pin),
	};
	return {secrets, problems};
}

function withoutLineEnd(bytes: Buffer): Buffer {
	const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? -2 : -1) : bytes.length;
	return bytes.subarray(0, end);
}

function faultOf(bytes: Buffer): string | undefined {
	if (bytes.length === 0) return 'is empty';
	if (bytes.length > longest) return `has ${bytes.length} bytes`;
	return bytes.some((byte) => byte < 0x20 || byte === 0x7f) ? 'has a control character' : undefined;
}
