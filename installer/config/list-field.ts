import {type ConfigNode, kindOf, nameInTable} from './document.ts';
import {type Field, type JsonSchema, notOfKind, type Reading, type WrittenValue} from './field.ts';

export interface ListRules {
	/** By what two items are the same, which is a mistake; undefined for what has none. */
	readonly identity?: (item: ConfigNode) => string | undefined;
	readonly least?: number;
}

/** An item is the same as another that says all the same. */
export function wholeItem(item: ConfigNode): string {
	switch (item.kind) {
		case 'table': {
			const entries = [...item.entries].map(([key, {node}]) => `${key} = ${wholeItem(node)}`);
			return `{${entries.sort().join(', ')}}`;
		}
		case 'list':
			return `[${item.items.map(wholeItem).join(', ')}]`;
		case 'other':
			return item.what;
		default:
			return JSON.stringify(item.value);
	}
}

/** An item is the same as another with the same text under a key. */
export function sameKey(key: string): (item: ConfigNode) => string | undefined {
	return (item) => {
		const node = item.kind === 'table' ? item.entries.get(key)?.node : undefined;
		return node?.kind === 'text' ? JSON.stringify(node.value) : undefined;
	};
}

/** @param expected of the list as a whole */
export function list<T>(
	field: Field<T>,
	expected: string,
	{identity, least = 0}: ListRules = {},
): Field<readonly T[]> {
	return {
		expected,
		jsonSchema: {type: 'array', items: field.jsonSchema, minItems: least, description: expected},
		read(node, reading) {
			if (node.kind !== 'list' || node.items.length < least)
				return notOfKind(node, expected, reading);
			if (identity !== undefined) noteTwins(node.items, identity, reading);
			const values = node.items.flatMap((item) => {
				const value = field.read(item, reading);
				return value === undefined ? [] : [value];
			});
			return values.length === node.items.length ? values : undefined;
		},
		write: (values, leaveOut, key) =>
			values.flatMap((value, index) => field.write(value, leaveOut, `${key}[${index}]`) ?? []),
	};
}

function noteTwins(
	items: readonly ConfigNode[],
	identity: (item: ConfigNode) => string | undefined,
	{mistakes}: Reading,
): void {
	const firsts = new Map<string, ConfigNode>();
	for (const item of items) {
		const own = identity(item);
		const first = own === undefined ? undefined : firsts.get(own);
		if (own !== undefined && first === undefined) firsts.set(own, item);
		if (first === undefined) continue;
		const found = `the same as ${first.name}`;
		mistakes.add(item.at, {key: item.name, found, expected: 'each once'});
	}
}

/** A table whose keys are names that the file chooses. */
export function record<T>(
	field: Field<T>,
	names: {readonly pattern: RegExp; readonly expected: string},
): Field<ReadonlyMap<string, T>> {
	const expected = `a table of ${names.expected}`;
	return {
		expected,
		jsonSchema: {
			type: 'object',
			description: expected,
			additionalProperties: field.jsonSchema,
			propertyNames: {pattern: names.pattern.source},
		},
		read(node, reading) {
			if (node.kind !== 'table') return notOfKind(node, expected, reading);
			const values = new Map<string, T>();
			for (const [name, {keyAt, node: inner}] of node.entries) {
				if (!names.pattern.test(name))
					reading.mistakes.add(keyAt, {
						key: nameInTable(node.name, name),
						found: 'no such name',
						expected: names.expected,
					});
				const value = field.read(inner, reading);
				if (value !== undefined) values.set(name, value);
			}
			return values.size === node.entries.size ? values : undefined;
		},
		write(values, leaveOut, key) {
			const written: Record<string, WrittenValue> = {};
			for (const [name, value] of values) {
				const inner = field.write(value, leaveOut, nameInTable(key, name));
				if (inner !== undefined) written[name] = inner;
			}
			return written;
		},
	};
}

type Kind = ConfigNode['kind'];

/** A field for each kind of value that may stand in a place; all give the same. */
export interface Alternative<T> {
	readonly kind: Kind;
	readonly field: Field<T>;
	/** Whether it is the one to write a value with; the last one takes all that are left. */
	writes?(value: T): boolean;
}

/** What may be written in several ways, told apart by the kind of value. */
export function oneOf<T>(expected: string, alternatives: readonly Alternative<T>[]): Field<T> {
	const jsonSchema: JsonSchema = {anyOf: alternatives.map(({field}) => field.jsonSchema)};
	return {
		expected,
		jsonSchema,
		read(node, reading) {
			const found = alternatives.find(({kind}) => kind === node.kind);
			if (found !== undefined) return found.field.read(node, reading);
			reading.mistakes.add(node.at, {key: node.name, found: kindOf(node), expected});
			return undefined;
		},
		write(value, leaveOut, key) {
			const found =
				alternatives.find(({writes}) => writes?.(value) ?? false) ?? alternatives.at(-1);
			return found?.field.write(value, leaveOut, key);
		},
	};
}
