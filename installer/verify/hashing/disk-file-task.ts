import {createHash} from 'node:crypto';
import {VerityHasher, verityDescriptor} from '../../../engine/erofs/fs-verity.ts';
import {FileWorkers, workerEntry} from '../../../engine/store/file-workers.ts';
import type {SourceFile} from '../../../engine/store/source-file.ts';
import type {FsVerityAlgorithm} from '../../../engine/system/system.ts';
import {putDescriptor} from '../../sink/verity-layout.ts';
import type {Medium, Stretch} from '../medium/medium.ts';
import {type MediumSource, openMedium} from '../medium/open-medium.ts';

/** A file of a disk that nothing has mounted: where its content is. */
export interface DiskFile extends SourceFile {
	/** As long as the file; in order. */
	readonly content: readonly Stretch[];
	/** Where ext4 keeps its fs-verity, by whole blocks; undefined when it has none. */
	readonly tail: readonly Stretch[] | undefined;
	readonly wantsSha256: boolean;
}

export interface HashedDiskFile {
	readonly verityDigest: string;
	/** In hex, when it was wanted. */
	readonly sha256?: string;
	/** Whether Merkle tree and descriptor on the disk are those of the content; true of a file without. */
	readonly hasRightTail: boolean;
}

export interface DiskFileTask {
	readonly source: MediumSource;
	readonly algorithm: FsVerityAlgorithm;
}

/** Threads that hash files of a disk, each of which has it open. @param medium the same disk, for this thread */
export function diskFileWorkers(
	task: DiskFileTask,
	medium: Medium,
): FileWorkers<DiskFile, HashedDiskFile> {
	const entry = workerEntry('disk-file-worker', import.meta.url);
	const start = () => hashDiskFile(medium, task.algorithm);
	return new FileWorkers({entry, data: task, start});
}

/** The work of a thread of its own. */
export function diskFileTask({source, algorithm}: DiskFileTask) {
	return hashDiskFile(openMedium(source), algorithm);
}

const bufferSize = 4 << 20;

function hashDiskFile(
	medium: Medium,
	algorithm: FsVerityAlgorithm,
): (file: DiskFile) => HashedDiskFile {
	const buffer = Buffer.allocUnsafeSlow(bufferSize);
	return ({size, content, tail, wantsSha256}) => {
		const verity = new VerityHasher(algorithm, {keepTree: tail !== undefined});
		const sha256 = wantsSha256 ? createHash('sha256') : undefined;
		for (const piece of pieces(medium, content, buffer)) {
			verity.update(piece);
			sha256?.update(piece);
		}
		const {digest, rootHash, merkleTree = Buffer.alloc(0)} = verity.finish();
		const descriptor = verityDescriptor(algorithm, size, Buffer.from(rootHash ?? '', 'hex'));
		return {
			verityDigest: digest,
			...(sha256 && {sha256: sha256.digest('hex')}),
			hasRightTail:
				tail === undefined || isTail(pieces(medium, tail, buffer), merkleTree, descriptor),
		};
	};
}

function* pieces(
	medium: Medium,
	stretches: readonly Stretch[],
	buffer: Buffer,
): Generator<Buffer, void> {
	for (const {offset, length} of stretches)
		for (let done = 0; done < length; ) {
			const piece = buffer.subarray(0, Math.min(buffer.length, length - done));
			medium.read(piece, offset + done);
			yield piece;
			done += piece.length;
		}
}

/** Tree, descriptor in a block of its own, nothing else. */
function isTail(found: Iterable<Buffer>, merkleTree: Buffer, descriptor: Buffer): boolean {
	const wanted = Buffer.concat([merkleTree, Buffer.alloc(4096)]);
	putDescriptor(wanted, descriptor);
	let at = 0;
	for (const piece of found) {
		if (!piece.equals(wanted.subarray(at, at + piece.length))) return false;
		at += piece.length;
	}
	return at === wanted.length;
}
