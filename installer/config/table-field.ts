import {nearestWord} from '../../engine/suggestion.ts';
import {type ConfigEntry, type ConfigTable, nameInTable} from './document.ts';
import {type Field, type JsonSchema, notOfKind, type Reading, type WrittenValue} from './field.ts';

/** A key that a table may have. */
export interface Member<T> {
	/** How it is written; undefined for the property's own name with dashes. */
	readonly key: string | undefined;
	readonly jsonSchema: JsonSchema;
	readonly isRequired: boolean;
	/** @param entry undefined when the table lacks the key */
	read(entry: ConfigEntry | undefined, reading: Reading): Result<T>;
	write(value: T, leaveOut: (key: string) => void, key: string): WrittenValue | undefined;
}

type Result<T> = {readonly value: T} | 'mistaken';
type Members = Readonly<Record<string, Member<unknown>>>;
type TableOf<Table extends Members> = {
	readonly [Name in keyof Table]: Table[Name] extends Member<infer T> ? T : never;
};

/** Undefined when the table lacks it. */
export function optional<T>(field: Field<T>, key?: string): Member<T | undefined> {
	return {
		...memberOf(field, undefined, key),
		write: (value, leaveOut, name) =>
			value === undefined ? undefined : field.write(value, leaveOut, name),
	};
}

/** A mistake when the table lacks it. */
export function required<T>(field: Field<T>, key?: string): Member<T> {
	return {
		key,
		isRequired: true,
		jsonSchema: field.jsonSchema,
		read(entry, reading) {
			const value = entry && field.read(entry.node, reading);
			return value === undefined ? 'mistaken' : {value};
		},
		write: field.write,
	};
}

/** Not written when it is as by default. */
export function or<T>(field: Field<T>, fallback: T, key?: string): Member<T> {
	const isFallback = (value: T): boolean =>
		value === fallback ||
		(Array.isArray(value) && value.length === 0) ||
		(value instanceof Map && value.size === 0);
	return {
		...memberOf(field, fallback, key),
		write: (value, leaveOut, name) =>
			isFallback(value) ? undefined : field.write(value, leaveOut, name),
	};
}

function memberOf<T, Missing>(field: Field<T>, missing: Missing, key: string | undefined) {
	return {
		key,
		isRequired: false,
		jsonSchema: field.jsonSchema,
		read(entry: ConfigEntry | undefined, reading: Reading): Result<T | Missing> {
			if (entry === undefined) return {value: missing};
			const value = field.read(entry.node, reading);
			return value === undefined ? 'mistaken' : {value};
		},
	};
}

/** A check of what a table says as a whole; notes what is wrong. */
export type TableCheck<T> = (value: T, node: ConfigTable, reading: Reading) => void;

/**
 * A table with these keys and no others.
 * @param check of members that have to fit each other; only asked when each of them is right
 */
export function table<Table extends Members>(
	members: Table,
	check: TableCheck<TableOf<Table>> = () => {},
): Field<TableOf<Table>> {
	const byKey = new Map(
		Object.entries(members).map(([name, member]) => [member.key ?? dashed(name), {name, member}]),
	);
	const keys = [...byKey.keys()];
	return {
		expected: 'a table',
		jsonSchema: tableSchema(byKey),
		read(node, reading) {
			if (node.kind !== 'table') return notOfKind(node, 'a table', reading);
			noteUnknownKeys(node, keys, reading);
			const values: Record<string, unknown> = {};
			let isRight = true;
			for (const [key, {name, member}] of byKey) {
				const entry = node.entries.get(key);
				if (entry === undefined && member.isRequired) noteMissing(node, key, reading);
				const result = member.read(entry, reading);
				if (result === 'mistaken') isRight = false;
				else values[name] = result.value;
			}
			if (!isRight) return undefined;
			const value = values as TableOf<Table>;
			check(value, node, reading);
			return value;
		},
		write(value, leaveOut, key) {
			const written: Record<string, WrittenValue> = {};
			for (const [own, {name, member}] of byKey) {
				const inner = member.write(value[name], leaveOut, nameInTable(key, own));
				if (inner !== undefined && !isEmptyTable(inner)) written[own] = inner;
			}
			return written;
		},
	};
}

/** A table whose properties are absent rather than undefined. */
export function sparse<Table extends Readonly<Record<string, unknown>>>(
	field: Field<Table>,
): Field<{readonly [Name in keyof Table]?: Exclude<Table[Name], undefined>}> {
	type Sparse = {readonly [Name in keyof Table]?: Exclude<Table[Name], undefined>};
	return {
		...field,
		read(node, reading) {
			const value = field.read(node, reading);
			if (value === undefined) return undefined;
			const said = Object.entries(value).filter(([, inner]) => inner !== undefined);
			return Object.fromEntries(said) as Sparse;
		},
		write: (value, leaveOut, key) => field.write(value as Table, leaveOut, key),
	};
}

/** A table that has one key alone, as its value. */
export function only<T>(key: string, field: Field<T>): Field<T> {
	const inner = table({value: required(field, key)});
	return {
		...inner,
		read: (node, reading) => inner.read(node, reading)?.value,
		write: (value, leaveOut, name) => inner.write({value}, leaveOut, name),
	};
}

function tableSchema(byKey: ReadonlyMap<string, {readonly member: Member<unknown>}>): JsonSchema {
	const required = [...byKey].flatMap(([key, {member}]) => (member.isRequired ? [key] : []));
	return {
		type: 'object',
		additionalProperties: false,
		...(required.length === 0 ? {} : {required}),
		properties: Object.fromEntries([...byKey].map(([key, {member}]) => [key, member.jsonSchema])),
	};
}

function noteUnknownKeys(node: ConfigTable, known: readonly string[], {mistakes}: Reading): void {
	for (const [key, {keyAt}] of node.entries) {
		if (known.includes(key)) continue;
		const suggestion = nearestWord(key, known);
		const expected =
			suggestion === undefined ? `one of ${known.join(', ')}` : 'a key that is known';
		const hint = explanations[key] ?? expected;
		mistakes.add(keyAt, {
			key: nameInTable(node.name, key),
			found: 'unknown',
			expected: hint,
			suggestion: explanations[key] === undefined ? suggestion : undefined,
		});
	}
}

/** Keys that people try, and what to write instead. */
const explanations: Readonly<Record<string, string>> = {
	password: 'password-hash, which "openssl passwd -6" prints',
	passwd: 'password-hash, which "openssl passwd -6" prints',
};

function noteMissing({at, name}: ConfigTable, key: string, {mistakes}: Reading): void {
	mistakes.add(at, {key: nameInTable(name, key), found: 'missing', expected: 'it to be said'});
}

function dashed(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isEmptyTable(value: WrittenValue): boolean {
	return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}
