import {parse as parseToml, TomlError, type TomlTable, type TomlValue} from 'smol-toml';
import {
	type ConfigEntry,
	type ConfigNode,
	type ConfigTable,
	nameInTable,
	type ParsedDocument,
	type Position,
} from './document.ts';
import {pathKey, type TomlPath, type TomlPositions, tomlPositions} from './toml-positions.ts';

/** What smol-toml may give when integers are to keep their value. */
type ParsedValue = TomlValue | bigint;

interface Place {
	readonly path: TomlPath;
	readonly name: string;
	readonly at: Position;
}

/** Reads TOML; of several mistakes in its syntax the first one is told. */
export function parseTomlDocument(text: string): ParsedDocument {
	let table: TomlTable;
	try {
		table = parseToml(text, {integersAsBigInt: 'asNeeded', maxDepth: 100});
	} catch (error) {
		if (!(error instanceof TomlError)) throw error;
		const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
		const at = {line: error.line, column: Math.max(error.column, 1)};
		return {at, found: reason, expected: 'TOML'};
	}
	const top = {path: [], name: '', at: {line: 1, column: 1}};
	return tableNode(table, top, tomlPositions(text));
}

function tableNode(table: TomlTable, {path, name, at}: Place, positions: TomlPositions) {
	const entries = new Map<string, ConfigEntry>();
	for (const [key, value] of Object.entries(table)) {
		const inner = [...path, key];
		const found = positions.get(pathKey(inner)) ?? {keyAt: at, at};
		const place = {path: inner, name: nameInTable(name, key), at: found.at};
		entries.set(key, {keyAt: found.keyAt, node: valueNode(value, place, positions)});
	}
	return {kind: 'table', name, at, entries} satisfies ConfigTable;
}

function valueNode(value: ParsedValue, place: Place, positions: TomlPositions): ConfigNode {
	const {path, name, at} = place;
	switch (typeof value) {
		case 'string':
			return {kind: 'text', name, at, value};
		case 'boolean':
			return {kind: 'boolean', name, at, value};
		case 'number':
		case 'bigint':
			return {kind: 'number', name, at, value: Number(value)};
		default:
			break;
	}
	if (Array.isArray(value)) {
		const items = value.map((item: ParsedValue, index) => {
			const inner = [...path, index];
			const itemAt = positions.get(pathKey(inner))?.at ?? at;
			return valueNode(item, {path: inner, name: `${name}[${index}]`, at: itemAt}, positions);
		});
		return {kind: 'list', name, at, items};
	}
	return isTable(value)
		? tableNode(value, place, positions)
		: {kind: 'other', name, at, what: 'a date or time'};
}

function isTable(value: object): value is TomlTable {
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}
