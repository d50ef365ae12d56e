import {readFileSync} from 'node:fs';
import path from 'node:path';
import {Secret} from '../../../installer/answers/secret.ts';
import {formatMistake} from '../../../installer/config/mistake.ts';
import {
	type KickstartReading,
	parseKickstart,
} from '../../../installer/kickstart/read-kickstart.ts';

export const samples = path.join(import.meta.dirname, '../../fixtures/kickstart');

export function sample(name: string): {readonly path: string; readonly text: string} {
	return {path: name, text: readFileSync(path.join(samples, name), 'utf8')};
}

/** Hashes that show what they are of. */
export const hashPassword = (password: Secret) => new Secret(`hash of ${password.reveal()}`);

/** Reads a text with files beside it. */
export function read(
	text: string,
	{files = {}, isLenient = false}: {files?: Record<string, string>; isLenient?: boolean} = {},
): KickstartReading {
	const options = {hashPassword, isLenient};
	return parseKickstart({path: 'a.ks', text}, options, (target) => files[target], 'mistake');
}

/** All that is said about a text, one line each; what changes nothing as `note`. */
export function said({mistakes, warnings, notes}: KickstartReading): string[] {
	return [
		...mistakes.map(formatMistake),
		...warnings.map((warning) => `warning ${formatMistake(warning)}`),
		...notes.map(({at, text}) => `note ${at.line}: ${text}`),
	];
}
