import {hashPassword} from '../../installer/answers/hash-password.ts';
import {loadConfig} from '../../installer/config/load-config.ts';
import {type ConfigMistake, formatMistake} from '../../installer/config/mistake.ts';
import {formatPlace} from '../../installer/config/place.ts';
import {type ConfigReading, readConfig} from '../../installer/config/read-config.ts';
import {kickstartIncludes} from '../../installer/kickstart/kickstart-includes.ts';
import {isKickstart, readKickstart} from '../../installer/kickstart/read-kickstart.ts';
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

/** @throws UsageError or Refused when it cannot be had; mistakes in it are for the caller */
export async function readConfigFile(
	context: CommandContext,
	name: string,
	sha256: string | undefined,
): Promise<ConfigReading> {
	const {signal} = context;
	const text = await loadConfig({name, sha256}, {fetch, stdin: process.stdin, signal});
	return isKickstart(text, name) ? readKickstartFile(context, name, text) : readConfig(text, name);
}

/** No script of it runs, so what `%pre` would write is missing. */
async function readKickstartFile(
	{signal}: CommandContext,
	name: string,
	text: string,
): Promise<ConfigReading> {
	const readInclude = kickstartIncludes({fetch, signal});
	const options = {hashPassword, isLenient: false};
	return readKickstart({path: name, text}, options, {readInclude, runPre: undefined});
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
		`${name}: ${count(mistakes, 'mistake')}, ${count(warnings, 'warning')}`,
	];
}

function count({length}: readonly ConfigMistake[], noun: string): string {
	return `${length === 0 ? 'no' : length} ${noun}${length === 1 ? '' : 's'}`;
}
