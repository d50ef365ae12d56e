import {FileWorkers, workerEntry} from '../../engine/store/file-workers.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import type {FileSource} from '../content.ts';
import {contentPieces, verityPieces} from './file-pieces.ts';
import {writeVerityFile} from './mounted-files.ts';
import type {VerityFile} from './root-files.ts';

/** How files of the store are written into a mounted root. */
export interface VerityFileTask {
	readonly mountPoint: string;
	readonly algorithm: FsVerityAlgorithm;
	/** Write fs-verity metadata behind the content. */
	readonly withVerity: boolean;
}

export interface WrittenFile {
	readonly inodeNumber: number;
}

/**
 * Threads that write files of the store. A mount that only this thread sees is seen by those that start
 * after it was made.
 */
export function verityFileWorkers(task: VerityFileTask): FileWorkers<VerityFile, WrittenFile> {
	const entry = workerEntry('verity-file-worker', import.meta.url);
	return new FileWorkers({entry, data: task, start: () => verityFileTask(task)});
}

/** Makes the function that writes one of them; nothing is synced. */
export function verityFileTask({
	mountPoint,
	algorithm,
	withVerity,
}: VerityFileTask): (file: VerityFile) => WrittenFile {
	return (sent) => {
		const file = {...sent, source: withBuffer(sent.source)};
		const pieces = withVerity
			? verityPieces(file, algorithm)
			: contentPieces(file.source, file.size, file.path);
		return {inodeNumber: writeVerityFile(`${mountPoint}/${file.path}`, pieces)};
	};
}

/** Between threads a Buffer becomes a plain array. */
function withBuffer(source: FileSource): FileSource {
	if (source.kind === 'path') return source;
	const {buffer, byteOffset, byteLength} = source.bytes;
	return {kind: 'bytes', bytes: Buffer.from(buffer, byteOffset, byteLength)};
}
