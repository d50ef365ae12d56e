/**
 * Answers on their way to another process, with their secrets: for a pipe between the two and nothing
 * else, never for a file.
 */
import {DamagedInput} from '../../engine/errors.ts';
import type {Answers} from './answers.ts';
import {Secret} from './secret.ts';

/** What JSON does not know, each as an object with the one key that no answers have. */
type Marked =
	| {readonly $slipway: 'undefined'}
	| {readonly $slipway: 'secret'; readonly text: string}
	| {readonly $slipway: 'map'; readonly entries: readonly unknown[]};

export function encodeAnswers(answers: Answers): string {
	return JSON.stringify(answers, function encode(this: Record<string, unknown>, key, shown) {
		// Secrets have redacted themselves by now; this is the value before.
		const value = key === '' ? shown : this[key];
		return mark(value) ?? value;
	});
}

function mark(value: unknown): Marked | undefined {
	if (value === undefined) return {$slipway: 'undefined'};
	if (value instanceof Secret) return {$slipway: 'secret', text: value.reveal()};
	if (value instanceof Map) return {$slipway: 'map', entries: [...value]};
	return undefined;
}

/** @throws DamagedInput when it is not what {@link encodeAnswers} gave */
export function decodeAnswers(text: string): Answers {
	try {
		// Only this program writes it, for a child of its own: what it says is taken.
		return unmark(JSON.parse(text)) as Answers;
	} catch (cause) {
		// The cause would quote what it could not read, secrets too.
		throw new DamagedInput(`answers cannot be read: ${cause instanceof Error ? cause.name : ''}`);
	}
}

/** Not by a reviver: of what that makes undefined, the key would go too. */
function unmark(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(unmark);
	if (typeof value !== 'object' || value === null) return value;
	if (!('$slipway' in value))
		return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unmark(inner)]));
	const marked = value as Marked;
	switch (marked.$slipway) {
		case 'undefined':
			return undefined;
		case 'secret':
			return new Secret(marked.text);
		case 'map':
			return new Map(marked.entries.map(unmark) as [unknown, unknown][]);
	}
}
