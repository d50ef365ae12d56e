import {UsageError} from '../../engine/errors.ts';
import {nearestWord} from '../../engine/suggestion.ts';
import type {MadeDiskImages} from '../../installer/output/make-disk-images.ts';
import {type OutputFormat, outputFormats} from '../../installer/output/output-format.ts';
import {formatSize} from './format.ts';

/** Live media, which are not disks. */
const liveFormats = ['pxe'] as const;

export interface AskedFormats {
	readonly disk: readonly OutputFormat[];
	/** Whether the files of a network boot are wanted. */
	readonly live: boolean;
}

/** @throws UsageError for `raw,qcow` and the like */
export function parseFormats(text: string | undefined): AskedFormats {
	const all: readonly string[] = [...outputFormats, ...liveFormats];
	const names = (text ?? '').split(',').filter((name) => name !== '');
	if (names.length === 0)
		throw new UsageError('nobody said what to make', {
			hint: `Say it with --format: ${all.join(', ')}.`,
		});
	for (const name of names) {
		if (all.includes(name)) continue;
		throw new UsageError(`there is no format ${name}`, {
			hint: didYouMean(nearestWord(name, all), all),
		});
	}
	return {
		disk: outputFormats.filter((format) => names.includes(format)),
		live: names.includes('pxe'),
	};
}

function didYouMean(meant: string | undefined, all: readonly string[]): string {
	return meant === undefined ? `Formats are ${all.join(', ')}.` : `Did you mean ${meant}?`;
}

/** What was made, a line each. */
export function formatDiskImages(
	{files}: MadeDiskImages,
	isLive: boolean,
	folder: string,
): string[] {
	return [
		...files.map(({path, size}) => `${path}: ${formatSize(size)}`),
		...(isLive ? [`${folder} has what a live system is booted from`] : []),
	];
}
