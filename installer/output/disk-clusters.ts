import type {FileHandle} from 'node:fs/promises';
import {OperationFailed} from '../../engine/errors.ts';
import type {DataExtent} from '../../engine/system/system.ts';
import {alignDown, alignUp} from '../disk/size.ts';
import {type DeflateWindow, deflate} from './deflate.ts';

/** In what a disk is read; formats that compress store each of them by itself. */
export const clusterSize = 65536;

const readSize = 1 << 20;
const zeros = Buffer.alloc(clusterSize);

/** {@link clusterSize} bytes of a disk that are not all zeros. Behind the end of the disk there are zeros. */
export class DiskCluster {
	readonly position: number;
	readonly bytes: Buffer;
	readonly #deflated = new Map<DeflateWindow, Promise<Buffer>>();

	constructor(position: number, bytes: Buffer) {
		this.position = position;
		this.bytes = bytes;
	}

	/** Compressed once for all who ask; see {@link deflate}. */
	deflated(windowBits: DeflateWindow): Promise<Buffer> {
		const known = this.#deflated.get(windowBits);
		if (known !== undefined) return known;
		const deflating = deflate(this.bytes, windowBits);
		// Who takes it hears of a failure. When nobody does any more, something else has failed before.
		deflating.catch(() => {});
		this.#deflated.set(windowBits, deflating);
		return deflating;
	}
}

/** What of a disk has to be read: whole clusters, each once, in pieces of at most 1 MiB. */
export function clusterRuns(extents: readonly DataExtent[], size: number): DataExtent[] {
	const runs: DataExtent[] = [];
	let read = 0;
	for (const {start, end} of extents) {
		const last = Math.min(alignUp(end, clusterSize), size);
		for (let at = Math.max(alignDown(start, clusterSize), read); at < last; at = read) {
			read = Math.min(at + readSize, last);
			runs.push({start: at, end: read});
		}
	}
	return runs;
}

/**
 * Reads a disk once, in order.
 * @param onRead is told the bytes of each run
 * @throws OperationFailed `source-changed` when it ends before a run does
 */
export async function* readClusters(
	disk: FileHandle,
	runs: readonly DataExtent[],
	onRead: (bytes: number) => void,
): AsyncGenerator<DiskCluster, void> {
	for (const {start, end} of runs) {
		const run = Buffer.alloc(alignUp(end - start, clusterSize));
		await readWhole(disk, run.subarray(0, end - start), start);
		onRead(end - start);
		for (let at = 0; at < run.length; at += clusterSize) {
			const bytes = run.subarray(at, at + clusterSize);
			if (!bytes.equals(zeros)) yield new DiskCluster(start + at, bytes);
		}
	}
}

async function readWhole(disk: FileHandle, bytes: Buffer, position: number): Promise<void> {
	for (let at = 0; at < bytes.length; ) {
		const {bytesRead} = await disk.read(bytes, at, bytes.length - at, position + at);
		if (bytesRead === 0)
			throw new OperationFailed('source-changed', `the disk ends at byte ${position + at}`, {
				hint: 'Something changes the disk while it is read; stop it and try again.',
			});
		at += bytesRead;
	}
}
