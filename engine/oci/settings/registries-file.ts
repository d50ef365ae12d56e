import type {TomlTable} from 'smol-toml';
import * as v from 'valibot';
import {UsageError} from '../../errors.ts';
import {lineOfKey, parseSettings, type SettingsFile, settingsMistake} from '../../settings-file.ts';
import {isShortName, parseReference} from '../reference.ts';

/** One `[[registry]]`: where images whose names begin with `prefix` come from. */
export interface Registry {
	/** A host, a path below one, or `*.example.com`. */
	readonly prefix: string;
	/** Stands in for the prefix; undefined where names are used as they are. */
	readonly location: string | undefined;
	readonly insecure: boolean;
	readonly blocked: boolean;
	readonly mirrors: readonly Mirror[];
	/** For messages: file and line. */
	readonly origin: string;
}

export interface Mirror {
	readonly location: string;
	readonly insecure: boolean;
	readonly serves: 'all' | 'digest-only' | 'tag-only';
}

/** What one `registries.conf`, or one file of `registries.conf.d`, says. */
export interface RegistriesFile {
	readonly registries: readonly Registry[];
	/** Names in full by short name; an empty one takes back what an earlier file says. */
	readonly aliases: ReadonlyMap<string, string>;
	/** In the order in which they are asked; undefined when the file does not say. */
	readonly credentialHelpers: readonly string[] | undefined;
}

const place = v.string('a host, or a path below one, in quotes');
const flag = v.boolean('true or false');
const serves = v.picklist(['all', 'digest-only', 'tag-only'], 'all, digest-only or tag-only');
const mirrorSchema = v.object({
	location: v.optional(place, ''),
	insecure: v.optional(flag, false),
	'pull-from-mirror': v.optional(serves),
});
const registrySchema = v.object({
	prefix: v.optional(place, ''),
	location: v.optional(place, ''),
	insecure: v.optional(flag, false),
	blocked: v.optional(flag, false),
	'mirror-by-digest-only': v.optional(flag, false),
	'pull-from-mirror': v.optional(v.never('it at mirrors alone')),
	mirror: v.optional(v.array(mirrorSchema, '[[registry.mirror]] tables'), []),
});
/** Other keys are podman's own business, and those of its later versions. */
const schema = v.object({
	registry: v.optional(v.array(registrySchema, '[[registry]] tables'), []),
	aliases: v.optional(v.record(v.string(), v.string('the whole name of an image')), {}),
	'credential-helpers': v.optional(v.array(v.string('a name in quotes'), 'a list of names')),
});

type RegistryTable = v.InferOutput<typeof registrySchema>;

/** The error to throw for what a key says. */
type Mistake = (key: readonly (string | number)[], what: string, expected: string) => UsageError;

/**
 * @throws UsageError with file, line and what was expected
 * @see https://github.com/containers/container-libs/blob/main/image/docs/containers-registries.conf.5.md
 */
export function parseRegistriesFile(file: SettingsFile): RegistriesFile {
	const mistake: Mistake = (key, what, expected) =>
		settingsMistake(file, lineOfKey(file.text, key.map(String)), {what, expected});
	const table = parseSettings(file);
	refuseFirstVersion(table, mistake);
	const result = v.safeParse(schema, table, {abortEarly: true});
	if (!result.success) throw schemaMistake(result.issues[0], mistake);
	const {registry, aliases, 'credential-helpers': credentialHelpers} = result.output;
	const registries = registry.map((one, index) =>
		registryOf(one, {
			origin: `${file.path}, line ${lineOfKey(file.text, ['registry', String(index)])}`,
			mistake: (key, ...rest) => mistake(['registry', index, ...key], ...rest),
		}),
	);
	refuseConflicts(registries, mistake);
	for (const [name, value] of Object.entries(aliases)) checkAlias(name, value, mistake);
	return {registries, aliases: new Map(Object.entries(aliases)), credentialHelpers};
}

function refuseFirstVersion({registries}: TomlTable, mistake: Mistake): void {
	if (typeof registries !== 'object' || registries === null) return;
	const old = ['search', 'insecure', 'block'].find((key) => key in registries);
	if (old === undefined) return;
	throw mistake(
		['registries', old],
		`[registries.${old}] is of version 1 of the format`,
		'[[registry]] tables',
	);
}

function schemaMistake(issue: v.BaseIssue<unknown>, mistake: Mistake): UsageError {
	const key = (issue.path ?? []).map((item) => item.key as string | number);
	const name = key.findLast((part) => typeof part === 'string') ?? '';
	return mistake(key, `${name} is ${shown(issue.input)}`, issue.message);
}

function shown(value: unknown): string {
	if (typeof value !== 'object') return JSON.stringify(value).slice(0, 80);
	return Array.isArray(value) ? 'a list' : 'a table';
}

interface Context {
	readonly origin: string;
	readonly mistake: Mistake;
}

function registryOf(table: RegistryTable, {origin, mistake}: Context): Registry {
	const location = placeOf(table.location, ['location'], mistake);
	const prefix = placeOf(table.prefix, ['prefix'], mistake) || location;
	const isWildcard = prefix.startsWith('*.');
	if (isWildcard ? /[/@:]/.test(prefix) : prefix.includes('*'))
		throw mistake(['prefix'], `"${prefix}" is no prefix`, 'one such as *.example.com');
	if (location === '' && !isWildcard)
		throw mistake(['prefix'], 'a registry has no location', 'one, such as "mirror.example.com"');
	return {
		prefix,
		location: location === '' ? undefined : location,
		insecure: table.insecure,
		blocked: table.blocked,
		mirrors: table.mirror.map((mirror, index) =>
			mirrorOf(mirror, table['mirror-by-digest-only'], (key, ...rest) =>
				mistake(['mirror', index, ...key], ...rest),
			),
		),
		origin,
	};
}

function mirrorOf(
	{location, insecure, 'pull-from-mirror': own}: RegistryTable['mirror'][number],
	byDigestOnly: boolean,
	mistake: Mistake,
): Mirror {
	const written = placeOf(location, ['location'], mistake);
	if (written === '')
		throw mistake(['location'], 'a mirror has no location', 'one, such as "mirror.example.com"');
	if (byDigestOnly && own !== undefined)
		throw mistake(
			['pull-from-mirror'],
			'pull-from-mirror stands beside mirror-by-digest-only',
			'one of the two',
		);
	return {location: written, insecure, serves: byDigestOnly ? 'digest-only' : (own ?? 'all')};
}

function placeOf(written: string, key: readonly string[], mistake: Mistake): string {
	if (/^https?:\/\//.test(written))
		throw mistake(key, `"${written}" is a URL`, 'a host, or a path below one, without https://');
	return written.replace(/\/+$/, '');
}

/** Several prefixes may lead to one place, which is then as safe from all of them. */
function refuseConflicts(registries: readonly Registry[], mistake: Mistake): void {
	const seen = new Map<string, Registry>();
	for (const [index, registry] of registries.entries()) {
		const at = registry.location ?? registry.prefix;
		const other = seen.get(at) ?? registry;
		seen.set(at, other);
		for (const key of ['insecure', 'blocked'] as const)
			if (registry[key] !== other[key])
				throw mistake(
					['registry', index, key],
					`${key} of ${at} is ${registry[key]} here and not there`,
					`what ${other.origin} says`,
				);
	}
}

function checkAlias(name: string, value: string, mistake: Mistake): void {
	const key = ['aliases', name];
	if (!isShortName(name) || /[:@]/.test(name))
		throw mistake(key, `"${name}" is no short name`, 'one without registry and tag');
	if (value === '') return;
	const expected = 'a name with its registry and without tag, such as registry.example.com/myos';
	try {
		if (parseReference(value).digest === undefined && !/:[^/]*$/.test(value)) return;
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
	}
	throw mistake(key, `"${value}" is none`, expected);
}
