import type {Field} from '../config/field.ts';
import {MistakeList} from '../config/mistake.ts';
import type {Given} from './options.ts';
import type {Report} from './report.ts';

/**
 * A value as a field of the configuration takes it, so that both formats are equally strict.
 * @param key `network --hostname`
 * @returns undefined after a mistake, which is reported
 */
export function checked<T>(
	field: Field<T>,
	given: Given<string | number> | undefined,
	key: string,
	report: Report,
): T | undefined {
	if (given === undefined) return undefined;
	const {value, at} = given;
	const mistakes = new MistakeList(at.file);
	const node =
		typeof value === 'string'
			? ({kind: 'text', value, at, name: key} as const)
			: ({kind: 'number', value, at, name: key} as const);
	const result = field.read(node, {mistakes, allowsInlineSecrets: false});
	for (const {found, expected, suggestion} of mistakes.sorted())
		report.mistake(at, {key, found, expected, suggestion});
	return result;
}

/** Each item of a list in the same way; those with mistakes are left out. */
export function checkedItems<T>(
	field: Field<T>,
	given: Given<readonly string[]> | undefined,
	key: string,
	report: Report,
): readonly T[] {
	if (given === undefined) return [];
	return given.value
		.map((value) => checked(field, {value, at: given.at}, key, report))
		.filter((item) => item !== undefined);
}
