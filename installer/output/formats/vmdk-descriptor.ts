import {seededUuid} from '../../disk/identifiers.ts';
import type {DiskFacts} from './format.ts';

export const sectorSize = 512;

/**
 * The text in a VMDK that tells what it holds.
 * @param file the name of the file that it is in
 */
export function vmdkDescriptor(
	{size, seed}: Pick<DiskFacts, 'size' | 'seed'>,
	file: string,
): string {
	const sectors = Math.ceil(size / sectorSize);
	const {cylinders, heads, sectorsPerTrack} = geometry(sectors);
	const content = seededUuid(seed, 'vmdk content').replaceAll('-', '');
	return [
		'# Disk DescriptorFile',
		'version=1',
		'encoding="UTF-8"',
		// The highest values say that there is no disk.
		`CID=${content.slice(0, 8).replace(/^f/, 'e')}`,
		'parentCID=ffffffff',
		'createType="streamOptimized"',
		'',
		'# Extent description',
		`RW ${sectors} SPARSE "${file}"`,
		'',
		'# The Disk Data Base',
		'#DDB',
		'',
		'ddb.virtualHWVersion = "4"',
		`ddb.geometry.cylinders = "${cylinders}"`,
		`ddb.geometry.heads = "${heads}"`,
		`ddb.geometry.sectors = "${sectorsPerTrack}"`,
		// Also of the paravirtual adapter.
		'ddb.adapterType = "lsilogic"',
		'',
	].join('\n');
}

/** What VMware makes up for SCSI disks of that size. */
function geometry(sectors: number): {
	readonly cylinders: number;
	readonly heads: number;
	readonly sectorsPerTrack: number;
} {
	const [heads, sectorsPerTrack] =
		sectors < 2 ** 21 ? [64, 32] : sectors < 2 ** 22 ? [128, 32] : [255, 63];
	const cylinders = Math.floor(sectors / (heads * sectorsPerTrack));
	return {cylinders: Math.min(Math.max(cylinders, 1), 65535), heads, sectorsPerTrack};
}
