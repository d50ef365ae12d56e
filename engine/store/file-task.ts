import {createHash} from 'node:crypto';
import {VerityHasher} from '../erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import {maxInlineSize} from '../tree/tree.ts';
import {FileWorkers, workerEntry} from './file-workers.ts';
import {storeLayout} from './layout.ts';
import {ObjectIntake} from './object-intake.ts';
import {readPieces, readWhole, type SourceFile} from './source-file.ts';

/** What a worker does with every file it is given. */
export type FileTask =
	| {
			readonly kind: 'hash';
			readonly algorithm: FsVerityAlgorithm;
			readonly keepTree: boolean;
	  }
	/** By both names that a content has. */
	| {readonly kind: 'identify'; readonly algorithm: FsVerityAlgorithm}
	| {
			readonly kind: 'import';
			readonly algorithm: FsVerityAlgorithm;
			readonly store: string;
	  };

/** What became of a file; made to be cheap to send between threads. */
export interface FileResult {
	/** The whole content as a byte string, up to {@link maxInlineSize} bytes. */
	readonly inline?: string;
	readonly verityDigest?: string;
	/** Of an identified content, in lower-case hex. */
	readonly sha256?: string;
	/** Of an import: the content now waits among the unfinished ones. */
	readonly isNew?: boolean;
	/** As {@link VerityHasher} gives it, but for zeros at its end. */
	readonly merkleTree?: Uint8Array<ArrayBuffer>;
}

/** Files below this size are read whole, and are not written when the store has them. */
const bufferSize = 4 << 20;
/** Below this, writing a copy is cheaper than sharing blocks and reading them back. */
const minCloneSize = 64 << 10;

/** Threads that do `task`. */
export function taskWorkers(task: FileTask): FileWorkers<SourceFile, FileResult> {
	const entry = workerEntry('file-worker', import.meta.url);
	return new FileWorkers({entry, data: task, start: () => fileTask(task)});
}

/** Makes the function that does `task`; it has a buffer of its own and is for one thread. */
export function fileTask(task: FileTask): (file: SourceFile) => FileResult {
	const buffer = Buffer.allocUnsafeSlow(bufferSize);
	switch (task.kind) {
		case 'hash':
			return withInline(buffer, (file) => hashFile(file, buffer, task));
		case 'identify':
			return (file) => identifyFile(file, buffer, task.algorithm);
		case 'import': {
			const intake = new ObjectIntake(storeLayout(task.store), task.algorithm);
			return withInline(buffer, (file) => importFile(file, buffer, intake));
		}
	}
}

function withInline(
	buffer: Buffer,
	otherwise: (file: SourceFile) => FileResult,
): (file: SourceFile) => FileResult {
	return (file) =>
		file.size <= maxInlineSize
			? {inline: readWhole(file, buffer).toString('latin1')}
			: otherwise(file);
}

function hashFile(
	file: SourceFile,
	buffer: Buffer,
	{algorithm, keepTree}: {algorithm: FsVerityAlgorithm; keepTree: boolean},
): FileResult {
	const hasher = new VerityHasher(algorithm, {keepTree});
	readPieces(file, buffer, (piece) => hasher.update(piece));
	return hashResult(hasher);
}

/** Ends the hashing of a file. */
export function hashResult(hasher: VerityHasher): FileResult {
	const {digest, merkleTree} = hasher.finish();
	return {
		verityDigest: digest,
		// Copied, or all of Node's pool would be sent along.
		...(merkleTree && {merkleTree: new Uint8Array(withoutPadding(merkleTree))}),
	};
}

function identifyFile(file: SourceFile, buffer: Buffer, algorithm: FsVerityAlgorithm): FileResult {
	const verity = new VerityHasher(algorithm);
	const sha256 = createHash('sha256');
	readPieces(file, buffer, (piece) => {
		verity.update(piece);
		sha256.update(piece);
	});
	return {verityDigest: verity.finish().digest, sha256: sha256.digest('hex')};
}

/** Most of a small file's tree is zeros, up to the end of a block. */
function withoutPadding(tree: Buffer): Buffer {
	let end = tree.length;
	while (tree[end - 1] === 0) end--;
	return tree.subarray(0, end);
}

function importFile(file: SourceFile, buffer: Buffer, intake: ObjectIntake): FileResult {
	if (file.size >= minCloneSize) {
		const clone = intake.takeClone(file, buffer);
		if (clone !== undefined) return clone;
	}
	if (file.size < buffer.length) return intake.takeBytes(readWhole(file, buffer));
	const stream = intake.open();
	try {
		readPieces(file, buffer, (piece) => stream.write(piece));
		return stream.end();
	} finally {
		stream.giveUp();
	}
}
