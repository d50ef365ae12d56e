import {type FileHandle, open} from 'node:fs/promises';
import type {ProgressReporter} from '../../../engine/progress.ts';
import type {System} from '../../../engine/system/system.ts';
import type {FileSource} from '../../content.ts';
import {seededUuid} from '../../disk/identifiers.ts';
import type {PartitionTable} from '../../disk/partition-table.ts';
import {partitionTypes} from '../../disk/partition-types.ts';
import {writePartitionTable} from '../../disk/sfdisk.ts';
import {byteProgress} from '../../sink/byte-progress.ts';
import {copyRange, writeAll} from './copy-range.ts';
import {blockSize} from './field-encoding.ts';
import type {IsoLayout} from './iso-layout.ts';

const bootSectorSize = 512;

/**
 * Makes a file of a layout, sparse, with all but what is in its EFI system partition.
 * @param file which is empty
 * @param seed all identifiers follow from it
 * @throws OperationFailed and others, with a file that is of no use
 */
export async function writeIsoFile(
	system: System,
	file: string,
	layout: IsoLayout,
	seed: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	await using iso = await open(file, 'w+', 0o644);
	await iso.truncate(layout.size);
	await writePartitionTable(system, {path: file, sectorSize: 512}, partitionTable(layout, seed));
	if (layout.bootSector !== undefined) {
		const {buffer} = await iso.read(Buffer.alloc(bootSectorSize), 0, bootSectorSize, 0);
		await writeAll(iso, layout.bootSector(buffer), 0);
	}
	for (const {block, bytes} of layout.pieces) await writeAll(iso, bytes, block * blockSize);
	const total = layout.contents.reduce((sum, {file: {size}}) => sum + size, 0);
	const progress = byteProgress(report, 'iso', 'Writing the ISO', total);
	for (const {
		file: {source, size},
		start,
	} of layout.contents)
		await writeContent(iso, source, {size, start}, {signal, onBytes: progress.add});
	progress.done();
}

async function writeContent(
	iso: FileHandle,
	source: FileSource,
	{size, start}: {readonly size: number; readonly start: number},
	options: Parameters<typeof copyRange>[4],
): Promise<void> {
	if (source.kind === 'bytes') {
		await writeAll(iso, source.bytes, start);
		return;
	}
	await using from = await open(Buffer.from(source.path, 'latin1'));
	await copyRange(from, {start: 0, size}, iso, start, options);
}

/** Other systems leave a partition alone that is of Linux, and do not ask whether to format it. */
function partitionTable({volume, esp}: IsoLayout, seed: string): PartitionTable {
	return {
		label: 'gpt',
		id: seededUuid(seed, 'live medium'),
		sectorSize: 512,
		partitions: [
			{
				number: 1,
				...volume,
				type: partitionTypes.linux,
				uuid: seededUuid(seed, 'live volume'),
				name: 'slipway-live',
			},
			{
				number: 2,
				...esp,
				type: partitionTypes.esp,
				uuid: seededUuid(seed, 'live esp'),
				name: 'slipway-live-esp',
			},
		],
	};
}
