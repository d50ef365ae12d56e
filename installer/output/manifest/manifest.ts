import * as v from 'valibot';
import {DamagedInput} from '../../../engine/errors.ts';

/** Versions of {@link DiskManifest} that this slipway writes and reads. */
const manifestVersion = 1;

const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]+$/, 'lower-case hex'));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex'));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const mode = v.pipe(v.string(), v.regex(/^[0-7]{4}$/, 'a mode such as 0644'));
const types = [
	'file',
	'directory',
	'symlink',
	'character',
	'block',
	'fifo',
	'socket',
	'absent',
] as const;

/**
 * What a disk has at one place that is not of its image, or not as the image has it. Nothing in it tells a
 * secret: see {@link machineItems}.
 */
const machineItem = v.object({
	/** In the running system: `/etc/hostname`; what lies elsewhere on the physical root is below `/sysroot`. */
	path: v.string(),
	/** `absent` for what the image has and the disk has not. */
	type: v.picklist(types),
	mode: v.optional(mode),
	uid: v.optional(count),
	gid: v.optional(count),
	/** Seconds since the epoch, and the rest of the time of the last change. */
	mtimeSec: v.optional(v.pipe(v.number(), v.safeInteger())),
	mtimeNsec: v.optional(count),
	/** Of files, in bytes. */
	size: v.optional(count),
	/** Of files, unless not everybody may read them. */
	sha256: v.optional(sha256),
	/** Of links. */
	target: v.optional(v.string()),
	/** Of devices, as in `st_rdev`. */
	rdev: v.optional(count),
	/** Values in hex. */
	xattrs: v.optional(v.record(v.string(), v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/)))),
});

const partition = v.object({
	number: count,
	role: v.string(),
	name: v.string(),
	type: v.string(),
	uuid: v.string(),
	/** In bytes, as its size. */
	start: count,
	size: count,
	fileSystem: v.object({type: v.string(), uuid: v.string(), label: v.string()}),
});

const manifest = v.object({
	version: v.literal(manifestVersion),
	slipwayVersion: v.string(),
	image: v.object({
		reference: v.optional(v.string()),
		manifestDigest: v.optional(v.string()),
		configDigest: v.optional(v.string()),
		/** fs-verity digest of the composefs image. */
		verityDigest: hex,
	}),
	deployment: v.object({
		id: v.string(),
		/** Those of the image and of the person. */
		kernelArguments: v.array(v.string()),
		commandLine: v.string(),
	}),
	disk: v.object({id: v.string(), size: count, sectorSize: count}),
	partitions: v.array(partition),
	/** The same disk in one format or several, and what goes with it. */
	outputs: v.array(
		v.object({
			file: v.string(),
			format: v.string(),
			size: count,
			/** Not of a raw disk: reading all of its holes takes longer than making it. */
			sha256: v.optional(sha256),
		}),
	),
	/** On the boot partition, the loader entry too. */
	bootFiles: v.array(v.object({path: v.string(), size: count, sha256})),
	/** What the disk has that is not in a file system and not a table: programs for a BIOS. In bytes. */
	bootCode: v.optional(v.array(v.object({what: v.string(), start: count, size: count, sha256}))),
	/** What the machine gets besides its image, for people. */
	bootstrap: v.array(v.object({what: v.string(), place: v.string(), secret: v.boolean()})),
	/** The same place by place, for `slipway disk verify`. */
	items: v.array(machineItem),
});

/** What is on a disk image and what it was made of: `FILE.manifest.json`. Fields are only ever added within a version. */
export type DiskManifest = Readonly<v.InferOutput<typeof manifest>>;
export type MachineItem = Readonly<v.InferOutput<typeof machineItem>>;

export function formatManifest(written: DiskManifest): string {
	return `${JSON.stringify(written, undefined, '\t')}\n`;
}

/** @throws DamagedInput which names the field; of a version that is too new, says so */
export function parseManifest(text: string, file: string): DiskManifest {
	const json = parseJson(text, file);
	const version = typeof json === 'object' && json !== null && 'version' in json && json.version;
	if (typeof version === 'number' && version > manifestVersion)
		throw new DamagedInput(
			`${file} has version ${version}, this slipway knows ${manifestVersion}`,
			{hint: 'Verify the disk with the slipway that made it.'},
		);
	const result = v.safeParse(manifest, json);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new DamagedInput(
		`${file} is no manifest of a disk: ${v.getDotPath(issue) ?? 'the whole'} is ${issue.received}`,
		{hint: 'Name the manifest that was written beside the disk image.', cause: issue},
	);
}

function parseJson(text: string, file: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new DamagedInput(`${file} is not JSON`, {
			hint: 'Name the manifest that was written beside the disk image.',
			cause,
		});
	}
}
