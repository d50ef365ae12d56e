import {withoutSecrets} from '../../installer/answers/web-address.ts';
import {loadConfig} from '../../installer/config/load-config.ts';
import {type ConfigMistake, formatMistake} from '../../installer/config/mistake.ts';
import {formatPlace} from '../../installer/config/place.ts';
import type {ConfigReading} from '../../installer/config/read-config.ts';
import {type ConfigTextOptions, readConfigText} from '../../installer/config/read-config-text.ts';
import type {CommandContext, OptionDefinitions} from './command.ts';

/** Said by all commands that take one. */
export const configSyntax =
	"a path, - for standard input, or a URL with --config-sha256. Slipway's own TOML or JSON, image-builder's config.toml, bootc's install/*.toml, or a kickstart.";

export const configDigestOption = {
	'config-sha256': {
		type: 'string',
		value: 'DIGEST',
		help: 'What sha256sum prints of the configuration. Needed with a URL.',
	},
} as const satisfies OptionDefinitions;

export const lenientOption = {
	lenient: {
		type: 'boolean',
		help: 'Of a kickstart: what is about layout and looks, and not possible here, is a warning. Never what is about security.',
	},
} as const satisfies OptionDefinitions;

/**
 * @param runPre left out, no script of a kickstart runs, and what its `%pre` would write is missing
 * @throws UsageError or Refused when it cannot be had; mistakes in it are for the caller
 */
export async function readConfigFile(
	{signal}: CommandContext,
	name: string,
	sha256: string | undefined,
	{isLenient = false, runPre}: Partial<Pick<ConfigTextOptions, 'isLenient' | 'runPre'>> = {},
): Promise<ConfigReading> {
	const text = await loadConfig({name, sha256}, {fetch, stdin: process.stdin, signal});
	return await readConfigText(text, withoutSecrets(name), {isLenient, runPre, signal});
}

/** One line each, and how many there are. */
export function formatReading(
	name: string,
	{mistakes, warnings, notes = []}: ConfigReading,
): string[] {
	return [
		...mistakes.map(formatMistake),
		...warnings.map((warning) => `${formatMistake(warning)} (warning)`),
		...notes.map(({at, text}) => `${formatPlace(at)}: ${text} (note)`),
		`${withoutSecrets(name)}: ${count(mistakes, 'mistake')}, ${count(warnings, 'warning')}`,
	];
}

function count({length}: readonly ConfigMistake[], noun: string): string {
	return `${length === 0 ? 'no' : length} ${noun}${length === 1 ? '' : 's'}`;
}
