import {Refused, UsageError} from '../../../engine/errors.ts';
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
	{size, sectorSize}: Pick<DiskFacts, 'size' | 'sectorSize'>,
	isCompressed: boolean | undefined,
): void {
	const format: DiskFormat = diskFormats[name];
	const {sizeMultiple, maxSize = Number.MAX_SAFE_INTEGER, sectorSizes, compression} = format;
	if (size <= 0 || size % sizeMultiple !== 0)
		throw unfit(
			`a disk of ${size} bytes cannot be written as ${name}`,
			`Give it a size that is a multiple of ${formatExactSize(sizeMultiple)}.`,
		);
	if (size > maxSize)
		throw unfit(
			`a disk of ${formatSize(size)} cannot be written as ${name}`,
			`Give it at most ${formatExactSize(maxSize)}.`,
		);
	if (sectorSizes !== undefined && !sectorSizes.includes(sectorSize))
		throw unfit(
			`a disk with sectors of ${sectorSize} bytes cannot be written as ${name}`,
			`Make it with --sector-size ${sectorSizes.join(' or ')}, or in another format.`,
		);
	if (isCompressed === undefined || compression === 'optional') return;
	if (isCompressed !== (compression === 'always'))
		throw new UsageError(`${name} is ${compression} compressed`, {
			hint: 'Leave the compression out, or choose another format.',
		});
}

function unfit(message: string, hint: string): Refused {
	return new Refused('unfit-disk', message, {hint});
}
