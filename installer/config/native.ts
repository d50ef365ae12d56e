import {stringify as stringifyToml} from 'smol-toml';
import {type Answers, noAnswers} from '../answers/answers.ts';
import {unwrittenAnswers} from '../kickstart/unwritten-answers.ts';
import type {ConfigTable} from './document.ts';
import type {JsonSchema, WrittenValue} from './field.ts';
import {MistakeList} from './mistake.ts';
import {configVersion, partOfConfig, wholeConfig} from './native-schema.ts';
import type {ConfigReading} from './read-config.ts';

/**
 * Reads a document as slipway's own configuration.
 * @param isPart of another file, which has a version of its own
 */
export function readNative(
	document: ConfigTable,
	file: string,
	{isPart = false}: {readonly isPart?: boolean} = {},
): ConfigReading {
	const mistakes = new MistakeList(file);
	const answers =
		isPart || isVersionKnown(document, mistakes)
			? readAnswers(document, mistakes, isPart)
			: noAnswers;
	return {answers, mistakes: mistakes.sorted(), warnings: []};
}

function readAnswers(document: ConfigTable, mistakes: MistakeList, isPart: boolean): Answers {
	const allowed = document.entries.get('allow-inline-secrets')?.node;
	const reading = {
		mistakes,
		allowsInlineSecrets: allowed?.kind === 'boolean' && allowed.value,
	};
	if (isPart) {
		const part = partOfConfig.read(document, reading);
		if (part === undefined) return noAnswers;
		const {allowInlineSecrets: _, ...answers} = part;
		return answers;
	}
	const whole = wholeConfig.read(document, reading);
	if (whole === undefined) return noAnswers;
	const {version: _version, allowInlineSecrets: _, ...answers} = whole;
	return answers;
}

/** What a newer version means nobody here knows, so its keys are not looked at. */
function isVersionKnown(document: ConfigTable, mistakes: MistakeList): boolean {
	const version = document.entries.get('version')?.node;
	if (version?.kind !== 'number' || version.value <= configVersion) return true;
	mistakes.add(version.at, {
		key: 'version',
		found: `${version.value}, which a newer slipway reads`,
		expected: String(configVersion),
	});
	return false;
}

export interface WrittenConfig {
	/** What gives the same answers again, but for what was left out. */
	readonly config: WrittenValue;
	/** Keys of secrets that it does not have. */
	readonly leftOut: readonly string[];
}

/** Answers as slipway's own configuration has them. Passwords are in it as hashes, other secrets by reference alone. */
export function writtenConfig(answers: Answers): WrittenConfig {
	const leftOut: string[] = [];
	const whole = {version: configVersion, allowInlineSecrets: false, ...answers};
	const config = wholeConfig.write(whole, (key) => leftOut.push(key), '') ?? {};
	return {config, leftOut};
}

/** The same as TOML, which begins by saying what was left out. */
export function formatConfig(answers: Answers): string {
	const {config, leftOut} = writtenConfig(answers);
	const notes = [
		...leftOut.map((key) => `# ${key} is a secret and was left out: say which file has it.\n`),
		...unwrittenAnswers(answers).map(
			(key) => `# ${key} says what this file has no words for, which was left out.\n`,
		),
	];
	return `${notes.join('')}${stringifyToml(config)}`;
}

/** JSON Schema of slipway's own configuration, for editors; it says less than the check itself. */
export function configJsonSchema(): JsonSchema {
	return {
		$schema: 'https://json-schema.org/draft/2020-12/schema',
		title: 'Configuration of an installation by slipway',
		...wholeConfig.jsonSchema,
	};
}
