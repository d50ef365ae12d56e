import {lineOfKey, parseSettings, type SettingsFile, settingsMistake} from '../settings-file.ts';
import {type ArgumentFault, isFault, splitArguments} from './kernel-argument.ts';

/** One file of a `kargs.d` folder. */
export type KernelArgumentFile = SettingsFile;

/** What one such file says. */
export interface KernelArgumentSettings {
	/** Where it lies. */
	readonly source: string;
	/** `kargs`: arguments to add. */
	readonly add: readonly string[];
	/** `remove`: whole arguments or names of parameters; see {@link matchesArgument}. */
	readonly remove: readonly string[];
}

interface FileKind {
	readonly keys: readonly string[];
	readonly expectedKeys: string;
	readonly needsArguments: boolean;
}

/** An image's file sets arguments; one of the machine may also take some away. */
const fileKinds = {
	image: {
		keys: ['kargs', 'match-architectures'],
		expectedKeys: 'kargs or match-architectures',
		needsArguments: true,
	},
	machine: {
		keys: ['kargs', 'remove', 'match-architectures'],
		expectedKeys: 'kargs, remove or match-architectures',
		needsArguments: false,
	},
} as const satisfies Record<string, FileKind>;

/**
 * @param kind whose file it is
 * @param architecture as in `match-architectures`; a file for others says nothing
 * @throws UsageError with file, line and what was expected
 */
export function parseKernelArgumentFile(
	file: KernelArgumentFile,
	kind: keyof typeof fileKinds,
	architecture: string,
): KernelArgumentSettings {
	const {keys, expectedKeys, needsArguments}: FileKind = fileKinds[kind];
	const settings = parseSettings(file, 'TOML with a line such as kargs = ["quiet"]');
	const unknownKey = Object.keys(settings).find((key) => !keys.includes(key));
	if (unknownKey !== undefined)
		throw mistakeAt(file, unknownKey, {
			what: `unknown key "${unknownKey}"`,
			expected: expectedKeys,
		});
	if (needsArguments && settings.kargs === undefined)
		throw mistakeAt(file, 'kargs', {what: 'no kargs', expected: listLike('kargs', 'quiet')});
	const list = (key: string, example: string): readonly string[] | undefined => {
		const value = settings[key];
		if (value === undefined || isStringList(value)) return value;
		throw mistakeAt(file, key, {what: `${key} is not that`, expected: listLike(key, example)});
	};
	const add = list('kargs', 'quiet') ?? [];
	const remove = list('remove', 'quiet') ?? [];
	const architectures = list('match-architectures', 'x86_64');
	if (architectures !== undefined && !architectures.includes(architecture))
		return {source: file.path, add: [], remove: []};
	return {
		source: file.path,
		add: add.flatMap((text) => splitInFile(file, 'kargs', text)),
		remove: remove.flatMap((text) => splitInFile(file, 'remove', text)),
	};
}

function splitInFile(file: KernelArgumentFile, key: string, text: string): readonly string[] {
	const split = splitArguments(text);
	if (!isFault(split)) return split;
	throw settingsMistake(file, lineOfString(file.text, text) ?? lineOfKey(file.text, [key]), split);
}

function mistakeAt(file: KernelArgumentFile, key: string, fault: ArgumentFault) {
	return settingsMistake(file, lineOfKey(file.text, [key]), fault);
}

function listLike(key: string, example: string): string {
	return `a list of strings, such as ${key} = ["${example}"]`;
}

function isStringList(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The first line that has a string in quotes. */
function lineOfString(text: string, string: string): number | undefined {
	const quoted = [JSON.stringify(string), `'${string}'`];
	const index = text.split('\n').findIndex((line) => quoted.some((one) => line.includes(one)));
	return index < 0 ? undefined : index + 1;
}
