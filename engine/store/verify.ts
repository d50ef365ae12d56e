import {verityAlgorithmOf} from '../erofs/fs-verity.ts';
import {Lacking} from '../errors.ts';
import {noProgress, type ProgressReporter} from '../progress.ts';
import type {System} from '../system/system.ts';
import {listImages, listLayers, listObjects, type StoredFile} from './contents.ts';
import {taskWorkers} from './file-task.ts';
import {objectsOfImage} from './image-objects.ts';
import {imagePath, objectPath, type StoreLayout} from './layout.ts';
import {findUnusableLayers, type UnusableLayer} from './verify-layers.ts';

export interface VerifyOptions {
	/** IDs of the deployments of each image, by the image's digest. */
	readonly deployments?: ReadonlyMap<string, readonly string[]>;
	/** Whether the kernel refuses what has no fs-verity. */
	readonly verityRequired?: boolean;
	readonly progress?: ProgressReporter;
}

export interface StoreReport {
	readonly objects: number;
	readonly images: number;
	/** Records of layers. */
	readonly layers: number;
	/** Of objects and images, read and hashed. */
	readonly bytes: number;
	readonly problems: readonly StoreProblem[];
	/** Paths of whole objects and images that the kernel does not check when they are read. */
	readonly withoutVerity: readonly string[];
	readonly unusableLayers: readonly UnusableLayer[];
}

/**
 * An object or image that is not what its name says, is not there, or lacks the fs-verity that others
 * have or the kernel demands.
 */
export interface StoreProblem {
	readonly kind: 'damaged' | 'missing' | 'unprotected';
	readonly subject: 'object' | 'image';
	readonly verityDigest: string;
	readonly path: string;
	/** Digests of the images that use it; of an image, itself. */
	readonly images: readonly string[];
	/** IDs of the deployments that use it. */
	readonly deployments: readonly string[];
}

/**
 * Reads and hashes all that a store holds, on all cores, and compares it with its names; then looks
 * for what images, deployments and records of layers need and the store lacks. Changes nothing and needs no lock.
 */
export async function verifyStore(
	system: System,
	layout: StoreLayout,
	{deployments = new Map(), verityRequired = false, progress = noProgress}: VerifyOptions = {},
): Promise<StoreReport> {
	const objects = [...listObjects(layout)];
	const images = listImages(layout);
	const layers = listLayers(layout);
	const files = [...images, ...objects];
	const damaged = await findDamaged(files, progress);
	const withoutVerity = files.filter(
		(file) => !damaged.has(file) && system.measureVerity(file.path) === undefined,
	);
	// A file system that has it at all has it for everything that a store takes in.
	const isVerityExpected = verityRequired || withoutVerity.length + damaged.size < files.length;
	const unprotected = new Set(isVerityExpected ? withoutVerity : []);
	const faulty: FaultyFiles = {damaged, unprotected};
	const problems = [
		...problemsOf(
			{
				subject: 'image',
				files: images,
				users: usersOfImages(images, deployments),
				pathOf: (digest) => imagePath(layout, digest),
			},
			faulty,
		),
		...problemsOf(
			{
				subject: 'object',
				files: objects,
				users: usersOfObjects(images, damaged),
				pathOf: (digest) => objectPath(layout, digest),
			},
			faulty,
		),
	];
	return {
		objects: objects.length,
		images: images.length,
		layers: layers.length,
		bytes: files.reduce((sum, {size}) => sum + size, 0),
		problems: problems.map((problem) => ({
			...problem,
			deployments: [...new Set(problem.images.flatMap((image) => deployments.get(image) ?? []))],
		})),
		withoutVerity: withoutVerity.map(({path}) => path),
		unusableLayers: findUnusableLayers(layers, objects),
	};
}

type FaultyFiles = Readonly<Record<'damaged' | 'unprotected', ReadonlySet<StoredFile>>>;
type Problem = Omit<StoreProblem, 'deployments'>;

/** Those whose content is not that of their name, or cannot be read. */
async function findDamaged(
	files: readonly StoredFile[],
	progress: ProgressReporter,
): Promise<Set<StoredFile>> {
	const step = 'verify';
	const total = files.reduce((sum, {size}) => sum + size, 0);
	progress({type: 'step', step, title: 'Reading objects and images', total, unit: 'bytes'});
	const damaged = new Set<StoredFile>();
	let done = 0;
	for (const algorithm of ['sha256', 'sha512'] as const) {
		const named = files.filter(({verityDigest}) => verityAlgorithmOf(verityDigest) === algorithm);
		await using workers = taskWorkers({kind: 'hash', algorithm, keepTree: false});
		const before = done;
		const outcomes = await workers.tryAll(named, {
			onAdvance(bytes) {
				done = before + bytes;
				progress({type: 'advance', step, done});
			},
		});
		for (const [index, file] of named.entries()) {
			const outcome = outcomes[index];
			if (outcome !== undefined && 'failure' in outcome && outcome.failure.code === 'no-fs-verity')
				throw withoutKernelSupport(file);
			const digest = outcome && 'verityDigest' in outcome ? outcome.verityDigest : undefined;
			if (digest !== file.verityDigest) damaged.add(file);
		}
	}
	progress({type: 'done', step});
	return damaged;
}

function withoutKernelSupport({path}: StoredFile): Lacking {
	return new Lacking('no-fs-verity', `${path} has fs-verity, and this kernel has none to read it`, {
		hint: 'Run it where the kernel has FS_VERITY: on the machine itself, or from its live medium.',
	});
}

/** Every image that is there or ought to be, as its own user. */
function usersOfImages(
	images: readonly StoredFile[],
	deployments: ReadonlyMap<string, readonly string[]>,
): Map<string, string[]> {
	const digests = [...images.map(({verityDigest}) => verityDigest), ...deployments.keys()];
	return new Map(digests.map((digest) => [digest, [digest]]));
}

/** Digests of the images that use an object, by the object's digest. Damaged images are left out. */
function usersOfObjects(
	images: readonly StoredFile[],
	damaged: ReadonlySet<StoredFile>,
): Map<string, string[]> {
	const users = new Map<string, string[]>();
	for (const image of images) {
		if (damaged.has(image)) continue;
		for (const object of objectsOfImage(image.path, image.verityDigest)) {
			const known = users.get(object);
			if (known === undefined) users.set(object, [image.verityDigest]);
			else known.push(image.verityDigest);
		}
	}
	return users;
}

interface Subjects {
	readonly subject: StoreProblem['subject'];
	readonly files: readonly StoredFile[];
	/** Digests of the images that use each; what is used and no file is missing. */
	readonly users: ReadonlyMap<string, readonly string[]>;
	readonly pathOf: (verityDigest: string) => string;
}

function problemsOf({subject, files, users, pathOf}: Subjects, faulty: FaultyFiles): Problem[] {
	const present = new Set(files.map(({verityDigest}) => verityDigest));
	const problem = (kind: Problem['kind'], verityDigest: string): Problem => ({
		kind,
		subject,
		verityDigest,
		path: pathOf(verityDigest),
		images: users.get(verityDigest) ?? [],
	});
	const problemsOfKind = (kind: keyof FaultyFiles): Problem[] =>
		files
			.filter((file) => faulty[kind].has(file))
			.map(({verityDigest}) => problem(kind, verityDigest));
	return [
		...problemsOfKind('damaged'),
		...problemsOfKind('unprotected'),
		...[...users.keys()]
			.filter((digest) => !present.has(digest))
			.map((digest) => problem('missing', digest)),
	];
}
