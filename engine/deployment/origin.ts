import {isDeepStrictEqual} from 'node:util';
import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';

/** Versions of {@link Origin} that this slipway writes and reads. */
const originVersion = 1;

const digest = v.pipe(v.string(), v.regex(/^sha(256|512):[0-9a-f]+$/, 'a digest, sha256:…'));
const timeSyntax = 'a time such as 2026-03-01T12:00:00Z';
/** ISO 8601, and a Date can be made of it. */
export const timeSchema = v.pipe(
	v.string(),
	v.isoTimestamp(timeSyntax),
	v.check((text) => Number.isFinite(Date.parse(text)), timeSyntax),
);
const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64,128}$/, 'an fs-verity digest in hex'));
const sequence = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** How images are named; the names are those that skopeo and bootc use. */
export const transports = [
	'registry',
	'oci',
	'oci-archive',
	'docker-archive',
	'containers-storage',
] as const;

const kernelArguments = v.array(v.object({argument: v.string(), source: v.string()}));

export const imageReferenceSchema = v.object({
	image: v.string(),
	transport: v.picklist(transports, 'a transport such as registry'),
});

const originSchema = v.object({
	version: v.literal(originVersion),
	/** Where updates come from; null when that is not known. */
	image: v.nullable(imageReferenceSchema),
	manifestDigest: v.optional(digest),
	configDigest: v.optional(digest),
	/**
	 * Diff IDs of the image's layers, the lowest first: their records stay in the store. Absent when the
	 * image was not made of layers, as one that installed itself.
	 */
	layers: v.optional(v.array(digest)),
	/** As the image says, for people. */
	imageVersion: v.optional(v.string()),
	imageTimestamp: v.optional(timeSchema),
	/** As in image configurations: amd64, arm64. */
	architecture: v.optional(v.string()),
	/** What runs: the composefs image of the root file system. */
	imageVerity: v.object({algorithm: v.picklist(['sha256', 'sha512']), digest: hex}),
	kernelVersion: v.optional(v.string()),
	/** All but those that slipway sets itself, in the order of the command line. */
	kernelArguments,
	/** Higher than that of all deployments made before it on this machine. */
	sequence,
	/** When this deployment was made. */
	created: timeSchema,
	/** Kept until it is unpinned. */
	pinned: v.boolean(),
	/** ID of the deployment whose /etc it took over, or will; none after an install or a reset. */
	etcFrom: v.optional(v.string()),
	/** How the machine got onto this disk; updates carry it on. */
	installed: v.object({
		slipwayVersion: v.string(),
		/** Name of the disk layout. */
		layout: v.string(),
		/** What was installed from: container, registry, medium, … */
		source: v.string(),
		/** Given then; later deployments have them too, unless the machine's files take them away. */
		kernelArguments: v.optional(kernelArguments),
		time: timeSchema,
	}),
});

/** Fields that a later slipway adds to version 1 are kept: it may be the one that reads next. */
const lenientSchema = v.looseObject(originSchema.entries);

export type Transport = (typeof transports)[number];
export type ImageReference = Readonly<v.InferOutput<typeof imageReferenceSchema>>;

/** All that is known of where a deployment came from: `state/deploy/ID/origin.json`. No secrets. */
export type Origin = Readonly<v.InferOutput<typeof originSchema>>;

export function isSameReference(one: ImageReference, other: ImageReference): boolean {
	return one.image === other.image && one.transport === other.transport;
}

/**
 * @param file names the origin in errors
 * @throws DamagedInput which names the field; of a version that is too new, says so
 */
export function parseOrigin(text: string, file: string): Origin {
	const json = parseJson(text, file);
	const found = versionOf(json);
	if (typeof found === 'number' && found > originVersion)
		throw new DamagedInput(`${file} has version ${found}, this slipway knows ${originVersion}`, {
			hint: 'A newer slipway wrote it. Boot the newer deployment to change it.',
		});
	const result = v.safeParse(lenientSchema, json);
	if (result.success) return result.output;
	const [issue] = result.issues;
	const field = v.getDotPath(issue) ?? 'the whole';
	if (issue.received === 'undefined') throw new DamagedInput(`${file}: ${field} is missing`);
	// Messages of ours say what is expected in words, valibot's do not.
	const expected = issue.message.startsWith('Invalid') ? issue.expected : issue.message;
	throw new DamagedInput(`${file}: ${field} is ${issue.received}, expected ${expected}`);
}

export function formatOrigin(origin: Origin): string {
	return `${JSON.stringify(origin, undefined, '\t')}\n`;
}

/**
 * Whether an origin is as this slipway writes it, with nothing in it that it does not know.
 * @throws DamagedInput when it is not JSON
 */
export function isPlainOrigin(text: string): boolean {
	const json = parseJson(text, 'origin');
	const result = v.safeParse(originSchema, json);
	if (!result.success || !isDeepStrictEqual(result.output, json)) return false;
	// What was parsed has its keys in the order of the schema.
	return `${JSON.stringify(json, undefined, '\t')}\n` === text;
}

function parseJson(text: string, file: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new DamagedInput(`${file} is not JSON`, {cause});
	}
}

function versionOf(json: unknown): unknown {
	return typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
}
