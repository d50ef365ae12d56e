import {type DiskFormatName, diskFormats} from './formats/formats.ts';

/** Formats of disk images: the disk as it is, and what it is converted to. */
export type OutputFormat = 'raw' | DiskFormatName;

const converted = Object.keys(diskFormats) as DiskFormatName[];

/** In the order in which they are listed. */
export const outputFormats: readonly OutputFormat[] = ['raw', ...converted];

export const isConverted = (format: OutputFormat): format is DiskFormatName => format !== 'raw';

/** For what it is, in few words. */
export function describeFormat(format: OutputFormat): string {
	return isConverted(format) ? diskFormats[format].description : 'the disk as it is, sparse';
}

/** Ends the names of its files, with the dot. */
export function suffixOf(format: OutputFormat): string {
	return isConverted(format) ? diskFormats[format].suffix : '.raw';
}
