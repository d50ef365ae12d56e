import type {Answers} from '../answers/answers.ts';

/** Lays answers over others: what is said wins, lists replace, and tables go key by key. */
export function mergeAnswers(base: Answers, over: Answers): Answers {
	return mergeTables(base, over);
}

function mergeTables<Table extends object>(base: Table, over: Table): Table {
	const merged = Object.entries(over).map(([key, value]) => [
		key,
		mergeValues(base[key as keyof Table], value),
	]);
	return {...base, ...Object.fromEntries(merged)};
}

function mergeValues(base: unknown, over: unknown): unknown {
	if (!isSaid(over)) return base;
	return isTable(base) && isTable(over) ? mergeTables(base, over) : over;
}

/** Empty lists and maps are what a file without a word gives. */
function isSaid(value: unknown): boolean {
	if (Array.isArray(value)) return value.length > 0;
	return value instanceof Map ? value.size > 0 : value !== undefined;
}

/** One of several kinds is a value as a whole, and so is a secret. */
function isTable(value: unknown): value is object {
	return (
		typeof value === 'object' &&
		value !== null &&
		Object.getPrototypeOf(value) === Object.prototype &&
		!('kind' in value)
	);
}
