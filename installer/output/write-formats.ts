import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import {OperationFailed} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {byteProgress} from '../sink/byte-progress.ts';
import type {DeflateWindow} from './deflate.ts';
import {clusterRuns, type DiskCluster, readClusters} from './disk-clusters.ts';
import {checkDisk} from './formats/check-disk.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './formats/format.ts';
import {type DiskFormatName, diskFormats} from './formats/formats.ts';
import {ImageFile} from './image-file.ts';
import type {OutputFiles} from './output-files.ts';
import type {UnfinishedFile} from './unfinished-file.ts';

/** A finished disk in a plain file, which nobody changes meanwhile. */
export interface RawDisk extends DiskFacts {
	readonly path: string;
}

export interface FormatOutput {
	readonly format: DiskFormatName;
	/** In a folder that is there. */
	readonly file: string;
	/** Default: compressed, where the format can be. */
	readonly isCompressed?: boolean | undefined;
}

/**
 * Writes a disk in several formats while it is read once.
 * @param files get one for each output, whole when this returns
 * @returns those, in the order of the outputs
 * @throws Refused `unfit-disk`, `output-not-writable`; OperationFailed `source-changed`, `disk-full`; whatever the
 * signal was aborted with
 */
export async function writeFormats(
	system: Pick<System, 'dataExtents'>,
	disk: RawDisk,
	outputs: readonly FormatOutput[],
	files: OutputFiles,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<UnfinishedFile[]> {
	for (const {format, isCompressed} of outputs) checkDisk(format, disk, isCompressed);
	signal.throwIfAborted();
	await using writers = new AsyncDisposableStack();
	await using source = await openDisk(disk);
	const images: OpenImage[] = [];
	for (const output of outputs) {
		const file = await files.add(output.file);
		images.push(await openImage(disk, output, file, writers, signal));
	}
	const title = `Writing ${outputs.map(({format}) => format).join(', ')}`;
	const runs = clusterRuns(system.dataExtents(disk.path), disk.size);
	const total = runs.reduce((sum, {start, end}) => sum + end - start, 0);
	const progress = byteProgress(report, 'formats', title, total);
	const windows = new Set(images.flatMap(({windowBits}) => windowBits ?? []));
	for await (const cluster of compressedAhead(readClusters(source, runs, progress.add), windows)) {
		signal.throwIfAborted();
		await allDone(images.map(({writer}) => writer.write(cluster)));
	}
	for (const image of images) await finishImage(image);
	progress.done();
	signal.throwIfAborted();
	return images.map(({unfinished}) => unfinished);
}

/** Throws the first failure when none of them goes on: their files are about to go. */
async function allDone(works: readonly Promise<void>[]): Promise<void> {
	for (const outcome of await Promise.allSettled(works))
		if (outcome.status === 'rejected') throw outcome.reason;
}

async function openDisk(disk: RawDisk): Promise<FileHandle> {
	const source = await open(disk.path, 'r');
	const {size} = await source.stat();
	if (size >= disk.size) return source;
	await source.close();
	throw new OperationFailed(
		'source-changed',
		`${path.basename(disk.path)} has ${size} bytes and not the ${disk.size} of the disk`,
		{hint: 'Something changes the disk while it is read; stop it and try again.'},
	);
}

interface OpenImage {
	readonly unfinished: UnfinishedFile;
	readonly file: ImageFile;
	readonly writer: FormatWriter;
	readonly windowBits: DeflateWindow | undefined;
}

async function openImage(
	disk: RawDisk,
	{format: name, isCompressed}: FormatOutput,
	unfinished: UnfinishedFile,
	writers: AsyncDisposableStack,
	signal: AbortSignal,
): Promise<OpenImage> {
	const format: DiskFormat = diskFormats[name];
	const compresses = isCompressed ?? format.compression !== 'never';
	const file = writers.use(new ImageFile(unfinished, signal));
	const writer = await format.open(disk, file, compresses);
	return {unfinished, file, writer, windowBits: compresses ? format.windowBits : undefined};
}

async function finishImage({writer, file}: OpenImage): Promise<void> {
	await writer.finish();
	await file.finish();
}

/** Clusters that threads compress while earlier ones are written: enough for all of libuv's, in some MB. */
const clustersAhead = 32;

/** The same clusters in the same order, their compression begun. */
async function* compressedAhead(
	clusters: AsyncIterable<DiskCluster>,
	windows: ReadonlySet<DeflateWindow>,
): AsyncGenerator<DiskCluster, void> {
	const ahead: DiskCluster[] = [];
	for await (const cluster of clusters) {
		for (const windowBits of windows) void cluster.deflated(windowBits);
		ahead.push(cluster);
		const next = ahead.length > clustersAhead ? ahead.shift() : undefined;
		if (next !== undefined) yield next;
	}
	yield* ahead;
}
