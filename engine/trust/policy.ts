import {DamagedInput, UsageError} from '../errors.ts';
import {parseStrictJson} from '../oci/strict-json.ts';
import {scopeMistake} from './scope-mistake.ts';

/** What a person or a distribution says about whose images are taken: `policy.json`. */
export interface Policy {
	/** The file, for messages. */
	readonly path: string;
	readonly default: Requirements;
	/** By transport as skopeo calls it, then by scope; the scope `""` is for the whole transport. */
	readonly transports: ReadonlyMap<string, ReadonlyMap<string, Requirements>>;
}

/** All of them must be met; there is one at least. */
export type Requirements = readonly Requirement[];

export interface Requirement {
	/** `insecureAcceptAnything`, `reject`, `sigstoreSigned`, …, or one that this slipway has not heard of. */
	readonly type: string;
}

/** Keys beside `type`. A type that is not here may have any: it is never met. */
const keysByType: ReadonlyMap<string, readonly string[]> = new Map([
	['insecureAcceptAnything', []],
	['reject', []],
	['signedBy', ['keyType', 'keyPath', 'keyPaths', 'keyData', 'signedIdentity']],
	['signedBaseLayer', ['baseLayerIdentity']],
	[
		'sigstoreSigned',
		[
			'keyPath',
			'keyPaths',
			'keyData',
			'keyDatas',
			'fulcio',
			'pki',
			'rekorPublicKeyPath',
			'rekorPublicKeyPaths',
			'rekorPublicKeyData',
			'rekorPublicKeyDatas',
			'signedIdentity',
		],
	],
]);

/**
 * Strict, like all that read this file: a key that is unknown or there twice, or a scope that never
 * matches, may be a rule with a slip of the pen in it.
 * @throws UsageError which names the file and the place in it
 * @see https://github.com/containers/container-libs/blob/main/image/docs/containers-policy.json.5.md
 */
export function parsePolicy(path: string, bytes: Buffer): Policy {
	const top = {file: path, key: ''};
	const policy = objectAt(top, parseJson(path, bytes), ['default', 'transports']);
	if (policy.default === undefined) throw mistake(top, 'has no default');
	const transports = below(top, 'transports');
	return {
		path,
		default: requirementsAt(below(top, 'default'), policy.default),
		transports: new Map(
			Object.entries(
				objectAt(transports, policy.transports === undefined ? {} : policy.transports),
			).map(([name, scopes]) => [name, scopesAt(below(transports, name), name, scopes)]),
		),
	};
}

function parseJson(path: string, bytes: Buffer): unknown {
	try {
		return parseStrictJson(bytes, 'policy');
	} catch (cause) {
		if (!(cause instanceof DamagedInput)) throw cause;
		throw new UsageError(`${path}: ${cause.message}`, {hint: `Correct ${path}.`, cause});
	}
}

function scopesAt(place: Place, transport: string, value: unknown): Map<string, Requirements> {
	const scopes = new Map<string, Requirements>();
	for (const [scope, requirements] of Object.entries(objectAt(place, value))) {
		const problem = scopeMistake(transport, scope);
		if (problem !== undefined)
			throw mistake(place, `has the scope ${JSON.stringify(scope)}, ${problem}`);
		scopes.set(scope, requirementsAt(below(place, scope), requirements));
	}
	return scopes;
}

function requirementsAt(place: Place, value: unknown): Requirements {
	if (!Array.isArray(value) || value.length === 0)
		throw mistake(place, 'is no list of one requirement or more');
	return value.map((one, index) => requirementAt(below(place, index), one));
}

function requirementAt(place: Place, value: unknown): Requirement {
	const {type} = objectAt(place, value);
	if (typeof type !== 'string') throw mistake(place, 'has no type');
	const keys = keysByType.get(type);
	if (keys !== undefined) objectAt(place, value, ['type', ...keys]);
	return {type};
}

/** @param keys all that it may have; without them any */
function objectAt(
	place: Place,
	value: unknown,
	keys?: readonly string[],
): Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw mistake(place, 'is no object');
	const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
	if (unknown !== undefined) throw mistake(place, `has the unknown key ${JSON.stringify(unknown)}`);
	return Object.fromEntries(Object.entries(value));
}

interface Place {
	readonly file: string;
	/** As in JavaScript; empty for the whole file. */
	readonly key: string;
}

function below({file, key}: Place, name: string | number): Place {
	const isPlain = typeof name === 'string' && /^[A-Za-z]+$/.test(name);
	if (isPlain) return {file, key: key === '' ? name : `${key}.${name}`};
	return {file, key: `${key}[${JSON.stringify(name)}]`};
}

function mistake({file, key}: Place, what: string): UsageError {
	return new UsageError(key === '' ? `${file} ${what}` : `${file}: ${key} ${what}`, {
		hint: `Correct ${file}; containers-policy.json(5) has the format.`,
	});
}
