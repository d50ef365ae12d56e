import {setImmediate as nextTurn} from 'node:timers/promises';
import {noProgress, type ProgressReporter} from '../progress.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import {type FileResult, fileTask, taskWorkers} from './file-task.ts';
import type {SourceFile} from './source-file.ts';

/** Where the content of a file goes: into the image itself, or into an object of that digest. */
export type HashedFile =
	| {
			readonly inline: Buffer;
			readonly verityDigest: undefined;
			readonly merkleTree: undefined;
	  }
	| {
			readonly inline: undefined;
			readonly verityDigest: string;
			/** As {@link VerityHasher} gives it, but for zeros at its end; undefined unless `keepTree` was set. */
			readonly merkleTree: Buffer | undefined;
	  };

export interface HashOptions {
	readonly algorithm: FsVerityAlgorithm;
	readonly keepTree?: boolean;
	readonly progress?: ProgressReporter;
	readonly signal?: AbortSignal;
}

/**
 * Hashes files on all cores and writes nothing. Results are in the order of the files.
 * @throws OperationFailed `source-changed` when a file is not as long as it should be
 */
export async function hashFiles(
	files: readonly SourceFile[],
	{algorithm, keepTree = false, progress = noProgress, signal}: HashOptions,
): Promise<HashedFile[]> {
	await using workers = taskWorkers({kind: 'hash', algorithm, keepTree});
	const total = files.reduce((sum, file) => sum + file.size, 0);
	progress({
		type: 'step',
		step: 'hash',
		title: 'Hashing files',
		total,
		unit: 'bytes',
	});
	const results = await workers.run(files, {
		onAdvance(done) {
			signal?.throwIfAborted();
			progress({type: 'advance', step: 'hash', done});
		},
	});
	progress({type: 'done', step: 'hash'});
	return results.map(hashedFile);
}

/** Files hashed before others get a turn. */
const filesPerTurn = 64;

/**
 * The same in this thread: for few and small files while others are busy.
 * @throws OperationFailed `source-changed`
 */
export async function hashFilesHere(
	files: readonly SourceFile[],
	{algorithm, keepTree = false}: Pick<HashOptions, 'algorithm' | 'keepTree'>,
): Promise<HashedFile[]> {
	const hash = fileTask({kind: 'hash', algorithm, keepTree});
	const hashed: HashedFile[] = [];
	for (const file of files) {
		if (hashed.length % filesPerTurn === 0) await nextTurn();
		hashed.push(hashedFile(hash(file)));
	}
	return hashed;
}

/** As it came from another thread. */
export function hashedFile({inline, verityDigest = '', merkleTree}: FileResult): HashedFile {
	if (inline !== undefined) {
		const bytes = Buffer.from(inline, 'latin1');
		return {inline: bytes, verityDigest: undefined, merkleTree: undefined};
	}
	return {
		inline: undefined,
		verityDigest,
		merkleTree: merkleTree && Buffer.from(merkleTree.buffer),
	};
}
