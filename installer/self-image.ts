import {existsSync, readFileSync} from 'node:fs';
import {containerEnvironmentFile} from '../engine/deployment/image-reference.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {liveEnvironment} from '../engine/source/live-root.ts';
import type {HashAhead, HashedPaths} from '../engine/store/hash-ahead.ts';
import {type HashedFile, hashFiles, hashFilesHere} from '../engine/store/hash-files.ts';
import type {SourceFile} from '../engine/store/source-file.ts';
import type {ScannedFile, ScannedTree} from '../engine/tree/scan.ts';
import {
	type DeployedTree,
	finishDeployment,
	type PreparedDeployment,
	prepareDeployment,
} from '../engine/tree/transform.ts';
import {type Directory, maxInlineSize} from '../engine/tree/tree.ts';
import {walkTree} from '../engine/tree/walk.ts';
import type {ContentObject} from './content.ts';
import {deployedInodes, type FileSources, fillTree} from './hashed-tree.ts';

/** The image that runs here, read and hashed: all that a disk of it will hold. */
export interface SelfImage {
	/** As the image has it, before what is emptied or normalised in a deployment. */
	readonly root: Directory;
	readonly sources: FileSources;
	readonly objects: ReadonlyMap<string, ContentObject>;
	/** The composefs image of a deployment, and what is in it. */
	readonly image: DeployedTree;
	/** See {@link containerEnvironment}. */
	readonly containerEnvironment: string | undefined;
}

export const algorithm = 'sha256';

/** The image that runs here before its files are hashed. */
export interface UnhashedSelf {
	readonly scanned: ScannedTree;
	readonly sources: FileSources;
	readonly deployment: PreparedDeployment;
	readonly containerEnvironment: string | undefined;
	/** What becomes objects, in the order of the scan. */
	readonly objects: readonly ScannedFile[];
	/** Those that are in the composefs image itself, or in no deployment. */
	readonly others: readonly ScannedFile[];
	/** Gives those that are hashed already, by their paths, and ends what goes on hashing them. */
	stopHashing(): Promise<HashedPaths>;
	/** Of the objects: see {@link HashAhead}. */
	checkUnchanged(): void;
}

/**
 * Makes a deployment of the tree as far as that goes without digests.
 * @param environment see {@link containerEnvironment}
 * @param ahead hashes files of the tree meanwhile
 */
export async function prepareSelf(
	scanned: ScannedTree,
	environment: string | undefined,
	ahead?: HashAhead,
): Promise<UnhashedSelf> {
	const {root, files} = scanned;
	const sources = new Map(files.map(({path, inode}) => [inode, {kind: 'path' as const, path}]));
	const deployment = await prepareDeployment(root, (file) =>
		readFileSync(Buffer.from(sources.get(file)?.path ?? '', 'latin1')),
	);
	const deployed = new Set(deployedInodes(root));
	const isObject = ({inode}: ScannedFile) => inode.size > maxInlineSize && deployed.has(inode);
	const objects = files.filter(isObject);
	return {
		scanned,
		sources,
		deployment,
		containerEnvironment: environment,
		objects,
		others: files.filter((file) => !isObject(file)),
		stopHashing: async () => (await ahead?.stop()) ?? new Map(),
		checkUnchanged: () => ahead?.checkUnchanged(objects),
	};
}

/** Of this container, or of the one that made the medium of this live system. */
export function containerEnvironment(): string | undefined {
	return existsSync(containerEnvironmentFile)
		? readFileSync(containerEnvironmentFile, 'utf8')
		: liveEnvironment();
}

/** Hashes every file of the tree that is not hashed yet, once, on all cores. */
export async function hashSelf(
	self: UnhashedSelf,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<SelfImage> {
	const files = [...self.objects, ...self.others];
	const hashed = await hashRest(self, files, (rest) =>
		hashFiles(rest, {algorithm, keepTree: true, progress: report, signal}),
	);
	return finishSelf(self, files, hashed);
}

/** The same when somebody else hashes the objects meanwhile. @param digests of the objects, in their order */
export async function hashOthers(
	self: UnhashedSelf,
	digests: Promise<readonly string[]>,
): Promise<SelfImage> {
	const {objects, others} = self;
	const hashed = await hashRest(self, others, (rest) => hashFilesHere(rest, {algorithm}));
	const found = (await digests).map(objectOf);
	return finishSelf(self, [...objects, ...others], [...found, ...hashed]);
}

/**
 * The image with made-up digests: as large as it will be when no two files are the same, and so no
 * smaller than it will be.
 */
export function provisionalSelf(self: UnhashedSelf): SelfImage {
	const {objects, sources, scanned, deployment, containerEnvironment} = self;
	const madeUp = objects.map(({path, inode: {size}}, index): [string, ContentObject] => [
		index.toString(16).padStart(64, '0'),
		{size, source: {kind: 'path', path}, merkleTree: undefined},
	]);
	return {
		root: scanned.root,
		sources,
		objects: new Map(madeUp),
		image: {
			bytes: Buffer.alloc(imageSizeBound(deployment.tree)),
			verityDigest: '0'.repeat(64),
			tree: deployment.tree,
		},
		containerEnvironment,
	};
}

/** @param hash for those that are not hashed yet. @returns what was found, in the order of the files */
async function hashRest(
	self: UnhashedSelf,
	files: readonly ScannedFile[],
	hash: (rest: readonly SourceFile[]) => Promise<HashedFile[]>,
): Promise<HashedFile[]> {
	const known = await self.stopHashing();
	const rest = files.filter(({path}) => !known.has(path));
	const found = (await hash(rest.map(sourceOf))).values();
	return files.flatMap(({path}) => known.get(path) ?? found.next().value ?? []);
}

function finishSelf(
	{scanned: {root}, deployment, containerEnvironment}: UnhashedSelf,
	files: readonly ScannedFile[],
	hashed: readonly HashedFile[],
): SelfImage {
	const {objects, sources} = fillTree(root, files, hashed);
	const image = finishDeployment(deployment, algorithm);
	return {root, sources, objects, image, containerEnvironment};
}

const objectOf = (verityDigest: string): HashedFile => ({
	inline: undefined,
	verityDigest,
	merkleTree: undefined,
});

const sourceOf = ({path, inode}: ScannedFile) => ({path, size: inode.size});

/** Header of an inode, overlay's attributes with a digest, inline content, entry in a folder, padding. */
const bytesOfInode = 640;
const blockSize = 4096;

/** Bytes that the composefs image of a tree does not exceed. */
function imageSizeBound(tree: Directory): number {
	let bytes = 4 * blockSize;
	for (const [path, inode] of walkTree(tree, '')) {
		bytes += bytesOfInode + path.length - path.lastIndexOf('/');
		if (inode.type === 'directory') bytes += blockSize;
		if (inode.type === 'symlink') bytes += inode.target.length;
		for (const [key, value] of inode.xattrs ?? []) bytes += key.length + value.length + 8;
	}
	return bytes;
}
