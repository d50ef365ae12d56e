import type {ProgressReporter} from '../../../engine/progress.ts';
import type {System} from '../../../engine/system/system.ts';
import {OutputFiles} from '../../../installer/output/output-files.ts';
import {
	type FormatOutput,
	type RawDisk,
	writeFormats,
} from '../../../installer/output/write-formats.ts';

/** As {@link writeFormats}, with all files in place at its end, or none. */
export async function writeInPlace(
	system: Pick<System, 'dataExtents'>,
	disk: RawDisk,
	outputs: readonly FormatOutput[],
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	await using files = new OutputFiles();
	await writeFormats(system, disk, outputs, files, report, signal);
	await files.putInPlace();
}
