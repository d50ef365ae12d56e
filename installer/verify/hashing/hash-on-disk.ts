import {noProgress, type ProgressReporter} from '../../../engine/progress.ts';
import type {FsVerityAlgorithm} from '../../../engine/system/system.ts';
import type {Medium} from '../medium/medium.ts';
import type {MediumSource} from '../medium/open-medium.ts';
import {type DiskFile, diskFileWorkers, type HashedDiskFile} from './disk-file-task.ts';

/** A disk that is open, and what its files are hashed with. */
export interface DiskHashing {
	readonly source: MediumSource;
	readonly medium: Medium;
	readonly progress?: ProgressReporter;
	readonly signal: AbortSignal;
}

/** A file to hash, and the algorithm of the digest that it is to be compared with. */
export interface WantedHash extends DiskFile {
	readonly algorithm: FsVerityAlgorithm;
}

/**
 * Hashes files of a disk on all cores. What cannot be read has no hash.
 * @returns in the order of the files
 */
export async function hashOnDisk(
	files: readonly WantedHash[],
	title: string,
	{source, medium, progress = noProgress, signal}: DiskHashing,
): Promise<(HashedDiskFile | undefined)[]> {
	const step = 'verify';
	const total = files.reduce((sum, {size}) => sum + size, 0);
	progress({type: 'step', step, title, total, unit: 'bytes'});
	const hashed = new Map<WantedHash, HashedDiskFile>();
	let before = 0;
	for (const algorithm of ['sha256', 'sha512'] as const) {
		const some = files.filter((file) => file.algorithm === algorithm);
		if (some.length === 0) continue;
		await using workers = diskFileWorkers({source, algorithm}, medium);
		const outcomes = await workers.tryAll(some, {
			onAdvance(bytes) {
				signal.throwIfAborted();
				progress({type: 'advance', step, done: before + bytes});
			},
		});
		for (const [index, file] of some.entries()) {
			const outcome = outcomes[index];
			if (outcome !== undefined && !('failure' in outcome)) hashed.set(file, outcome);
		}
		before += some.reduce((sum, {size}) => sum + size, 0);
	}
	progress({type: 'done', step});
	return files.map((file) => hashed.get(file));
}
