import {FileWorkers, workerEntry} from '../../engine/store/file-workers.ts';
import type {FileSource} from '../content.ts';
import {contentPieces} from './file-pieces.ts';
import {writeVerityFile} from './mounted-files.ts';
import type {VerityFile} from './root-files.ts';

/** Where files of the store are written. */
export interface VerityFileTask {
	readonly mountPoint: string;
}

/**
 * Threads that write files of the store. A mount that only this thread sees is seen by those that start
 * after it was made.
 */
export function verityFileWorkers(task: VerityFileTask): FileWorkers<VerityFile, object> {
	const entry = workerEntry('verity-file-worker', import.meta.url);
	return new FileWorkers({entry, data: task, start: () => verityFileTask(task)});
}

/** Makes the function that writes one of them; nothing is synced. */
export function verityFileTask({mountPoint}: VerityFileTask): (file: VerityFile) => object {
	return ({path, size, source}) => {
		writeVerityFile(`${mountPoint}/${path}`, contentPieces(withBuffer(source), size, path));
		return {};
	};
}

/** Between threads a Buffer becomes a plain array. */
function withBuffer(source: FileSource): FileSource {
	if (source.kind === 'path') return source;
	const {buffer, byteOffset, byteLength} = source.bytes;
	return {kind: 'bytes', bytes: Buffer.from(buffer, byteOffset, byteLength)};
}
