import {type EngineError, Refused, UsageError} from '../../../engine/errors.ts';
import {formatExactSize, formatSize} from '../../disk/size.ts';
import type {DiskFacts, DiskFormat} from './format.ts';
import {type DiskFormatName, diskFormats} from './formats.ts';

/**
 * Whether a format can hold a disk, before there is one.
 * @param isCompressed as was asked for
 * @throws Refused `unfit-disk`; UsageError for a compression that the format does not have
 */
export function checkDisk(
	name: DiskFormatName,
	disk: Pick<DiskFacts, 'size' | 'sectorSize'>,
	isCompressed: boolean | undefined,
): void {
	for (const mistake of diskMistakes(name, disk, isCompressed)) throw mistake;
}

/** All that {@link checkDisk} has against a disk, as far as it is known. */
export function diskMistakes(
	name: DiskFormatName,
	{size, sectorSize}: {readonly size: number | undefined; readonly sectorSize: number},
	isCompressed: boolean | undefined,
): EngineError[] {
	const format: DiskFormat = diskFormats[name];
	const {sizeMultiple, maxSize = Number.MAX_SAFE_INTEGER, sectorSizes, compression} = format;
	const mistakes: EngineError[] = [];
	if (size !== undefined && (size <= 0 || size % sizeMultiple !== 0))
		mistakes.push(
			unfit(
				`a disk of ${size} bytes cannot be written as ${name}`,
				`Give it a size that is a multiple of ${formatExactSize(sizeMultiple)}.`,
			),
		);
	if (size !== undefined && size > maxSize)
		mistakes.push(
			unfit(
				`a disk of ${formatSize(size)} cannot be written as ${name}`,
				`Give it at most ${formatExactSize(maxSize)}.`,
			),
		);
	if (sectorSizes !== undefined && !sectorSizes.includes(sectorSize))
		mistakes.push(
			unfit(
				`a disk with sectors of ${sectorSize} bytes cannot be written as ${name}`,
				`Make it with --sector-size ${sectorSizes.join(' or ')}, or in another format.`,
			),
		);
	if (isCompressed === undefined || compression === 'optional') return mistakes;
	if (isCompressed !== (compression === 'always'))
		mistakes.push(
			new UsageError(`${name} is ${compression} compressed`, {
				hint: 'Leave the compression out, or choose another format.',
			}),
		);
	return mistakes;
}

function unfit(message: string, hint: string): Refused {
	return new Refused('unfit-disk', message, {hint});
}
