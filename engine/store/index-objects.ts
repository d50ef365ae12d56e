import {verityAlgorithmOf} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import type {ContentIndex, IndexLine} from './content-index.ts';
import {listObjects, type StoredFile} from './contents.ts';
import {type FileResult, taskWorkers} from './file-task.ts';
import type {StoreLayout} from './layout.ts';

/** So many objects are hashed before their lines are kept: who is killed does not begin again. */
const sliceLength = 4096;

/** What became of objects that were read. */
export interface CheckedObjects {
	/** Digests of those that are what their names say. */
	readonly sound: ReadonlySet<string>;
	readonly damaged: ReadonlySet<string>;
}

/** Adds to an index the objects of some sizes that it lacks, hashed on all cores. */
export async function indexObjects(
	index: ContentIndex,
	layout: StoreLayout,
	{
		algorithm,
		sizes,
		signal,
	}: {
		readonly algorithm: FsVerityAlgorithm;
		readonly sizes: ReadonlySet<number>;
		readonly signal: AbortSignal | undefined;
	},
): Promise<CheckedObjects> {
	const indexed = new Set(index.lines().map(({verityDigest}) => verityDigest));
	const missing = [...listObjects(layout)].filter(
		({verityDigest, size}) =>
			sizes.has(size) &&
			verityAlgorithmOf(verityDigest) === algorithm &&
			!indexed.has(verityDigest),
	);
	const sound = new Set<string>();
	const damaged = new Set<string>();
	await using workers = taskWorkers({kind: 'identify', algorithm});
	for (let at = 0; at < missing.length; at += sliceLength) {
		signal?.throwIfAborted();
		const slice = missing.slice(at, at + sliceLength);
		const outcomes = await workers.tryAll(slice);
		const lines = slice.map((object, number) => lineOf(object, outcomes[number]));
		index.append(lines.filter((line) => line !== undefined));
		for (const [number, {verityDigest}] of slice.entries())
			(lines[number] === undefined ? damaged : sound).add(verityDigest);
	}
	return {sound, damaged};
}

/** Reads objects on all cores, and compares them with their names. */
export async function checkObjects(
	objects: readonly StoredFile[],
	algorithm: FsVerityAlgorithm,
): Promise<CheckedObjects> {
	const sound = new Set<string>();
	const damaged = new Set<string>();
	await using workers = taskWorkers({kind: 'hash', algorithm, keepTree: false});
	const outcomes = await workers.tryAll(objects);
	for (const [number, {verityDigest}] of objects.entries()) {
		const outcome = outcomes[number];
		const isSound =
			outcome !== undefined && 'verityDigest' in outcome && outcome.verityDigest === verityDigest;
		(isSound ? sound : damaged).add(verityDigest);
	}
	return {sound, damaged};
}

/** Undefined for an object that cannot be read, or is not what its name says. */
function lineOf(
	{verityDigest}: StoredFile,
	outcome: FileResult | {readonly failure: unknown} | undefined,
): IndexLine | undefined {
	if (outcome === undefined || 'failure' in outcome) return undefined;
	const {sha256, verityDigest: found} = outcome;
	return sha256 === undefined || found !== verityDigest ? undefined : {sha256, verityDigest};
}
