/**
 * Configuration files of all kinds to answers. What kind a file is follows from its name or what is in
 * it; each kind has a reader, and all readers give the same.
 */
import {type Answers, noAnswers} from '../answers/answers.ts';
import {bootcInstallConfig} from './bootc-install.ts';
import {type ConfigTable, isSyntaxFault, type ParsedDocument} from './document.ts';
import {imageBuilderConfig} from './image-builder.ts';
import {parseJsonDocument} from './json-document.ts';
import {type ConfigMistake, type ConfigNote, MistakeList} from './mistake.ts';
import {readNative} from './native.ts';
import {parseTomlDocument} from './toml-document.ts';

export interface ConfigReading {
	/** To be used when there are no mistakes. */
	readonly answers: Answers;
	/** All that are in the file, in its order. */
	readonly mistakes: readonly ConfigMistake[];
	/** What is taken, but probably not as meant. */
	readonly warnings: readonly ConfigMistake[];
	/** What changes nothing here. */
	readonly notes?: readonly ConfigNote[];
}

/** What a file that is not TOML or JSON is read by. */
export interface ConfigKind {
	isOne(text: string, name: string): boolean;
	read(text: string, name: string): ConfigReading;
}

/** Formats of others in TOML or JSON. */
export interface ForeignConfig {
	/** By its keys. */
	isOne(document: ConfigTable): boolean;
	read(document: ConfigTable, file: string): ConfigReading;
}

/** Those that are neither TOML nor JSON. */
const kinds: readonly ConfigKind[] = [];
const foreignConfigs: readonly ForeignConfig[] = [imageBuilderConfig, bootcInstallConfig];

/** @param name as it was given, for messages; its ending may say what kind it is */
export function readConfig(text: string, name: string): ConfigReading {
	const kind = kinds.find((kind) => kind.isOne(text, name));
	if (kind !== undefined) return kind.read(text, name);
	const document = parseDocument(text.replace(/^\ufeff/, ''), name);
	if (isSyntaxFault(document)) return unreadable(document, name);
	const foreign = foreignConfigs.find((foreign) => foreign.isOne(document));
	return (foreign?.read ?? readNative)(document, name);
}

function parseDocument(text: string, name: string): ParsedDocument {
	const at = {line: 1, column: 1};
	if (/^\s*<(?:!doctype|html|\?xml)/i.test(text))
		return {at, found: 'a web page', expected: 'a configuration; look at its URL'};
	const isJson = name.endsWith('.json') || (!name.endsWith('.toml') && /^\s*\{/.test(text));
	return isJson ? parseJsonDocument(text) : parseTomlDocument(text);
}

function unreadable(
	{at, found, expected}: Exclude<ParsedDocument, ConfigTable>,
	file: string,
): ConfigReading {
	const mistakes = new MistakeList(file);
	mistakes.add(at, {key: '', found, expected});
	return {answers: noAnswers, mistakes: mistakes.sorted(), warnings: []};
}
