import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';

/**
 * Untrusted JSON as what a schema says it is, else an error that names the place and the value.
 * @param what for messages: `manifest`
 */
export function checked<const Schema extends v.GenericSchema>(
	schema: Schema,
	value: unknown,
	what: string,
): v.InferOutput<Schema> {
	const result = v.safeParse(schema, value, {abortEarly: true});
	if (result.success) return result.output;
	const [issue] = result.issues;
	const place = v.getDotPath(issue);
	if (issue.received === 'undefined')
		throw new DamagedInput(`the ${what} has no ${place ?? 'content'}`);
	const where = place === null ? `the ${what}` : `${place} of the ${what}`;
	const expected = issue.expected === null ? issue.message : `expected ${issue.expected}`;
	throw new DamagedInput(`${where} is ${issue.received.slice(0, 80)}, ${expected}`);
}

/**
 * Go takes `Layers` for `layers` when it reads JSON; we do not. A document that can be read in two
 * ways is refused.
 */
export function refuseLookalikes(value: unknown, known: readonly string[], what: string): void {
	if (typeof value !== 'object' || value === null) return;
	const exact = new Set(known);
	const folded = new Set(known.map(fold));
	for (const key of Object.keys(value))
		if (!exact.has(key) && folded.has(fold(key)))
			throw new DamagedInput(`the ${what} has the key ${JSON.stringify(key)} in odd letters`);
}

/** As Go folds: also the long s and the Kelvin sign. */
function fold(key: string): string {
	return key.toUpperCase().toLowerCase();
}
