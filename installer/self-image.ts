import {existsSync, readFileSync} from 'node:fs';
import {containerEnvironmentFile} from '../engine/deployment/image-reference.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import {liveEnvironment} from '../engine/source/live-root.ts';
import {hashFiles} from '../engine/store/hash-files.ts';
import type {ScannedTree} from '../engine/tree/scan.ts';
import {type DeployedTree, deploymentImage} from '../engine/tree/transform.ts';
import type {Directory, RegularFile} from '../engine/tree/tree.ts';
import type {ContentObject} from './content.ts';
import {type FileSources, fillTree} from './hashed-tree.ts';

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

/** Hashes every file of the tree, once, on all cores. */
export async function readSelf(
	{root, files}: ScannedTree,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<SelfImage> {
	const hashed = await hashFiles(
		files.map(({path, inode}) => ({path, size: inode.size})),
		{algorithm, keepTree: true, progress: report, signal},
	);
	const {objects, sources} = fillTree(root, files, hashed);
	const image = await deploymentImage(root, algorithm, contentReader(sources));
	return {root, sources, objects, image, containerEnvironment: containerEnvironment()};
}

/** Of this container, or of the one that made the medium of this live system. */
export function containerEnvironment(): string | undefined {
	return existsSync(containerEnvironmentFile)
		? readFileSync(containerEnvironmentFile, 'utf8')
		: liveEnvironment();
}

/** Reads whole files of a tree: few, and small. */
function contentReader(sources: FileSources): (file: RegularFile) => Buffer {
	return (file) => {
		const source = sources.get(file);
		if (source === undefined) throw new RangeError('nobody knows where a file of the tree is');
		return source.kind === 'bytes'
			? source.bytes
			: readFileSync(Buffer.from(source.path, 'latin1'));
	};
}
