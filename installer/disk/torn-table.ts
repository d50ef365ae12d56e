import {isOwnName, partitionNames} from './partition-names.ts';

/** Of a GPT: entries of 128 bytes, 128 of them; the name is UTF-16 from byte 56 on. */
const entrySize = 128;
const arraySize = 128 * entrySize;
const nameOffset = 56;

/**
 * Whether all that is in the first and the last bytes of a disk are pieces of a GPT that names an
 * unfinished installation: what is left when writing the table, or wiping it, is killed in between.
 * Programs that read tables find none there then. sfdisk writes the copy at the end first, and the
 * protective MBR, without which a GPT is none, last.
 * @see https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html
 */
export function isTornTable(first: Buffer, last: Buffer, sectorSize: number): boolean {
	const arraySectors = Math.ceil(arraySize / sectorSize);
	// Protective MBR, header, entries; at the other end entries, header.
	const firstEntries = 2 * sectorSize;
	const firstEnd = firstEntries + arraySectors * sectorSize;
	const lastHeader = last.length - sectorSize;
	const lastEntries = lastHeader - arraySectors * sectorSize;
	const names = [
		...entryNames(first.subarray(firstEntries, firstEnd)),
		...entryNames(last.subarray(lastEntries, lastHeader)),
	];
	return (
		isZero(first.subarray(firstEnd)) &&
		isZero(last.subarray(0, lastEntries)) &&
		names.every(isOwnName) &&
		names.includes(partitionNames.unfinishedRoot)
	);
}

/** Compares the bytes with themselves, one further on: a comparison of buffers is ten times as fast as a loop. */
export function isZero(bytes: Buffer): boolean {
	return bytes.length === 0 || (bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1)));
}

/** Of the entries in use, and of whatever else lies where entries would. */
function entryNames(array: Buffer): string[] {
	const names: string[] = [];
	for (let start = 0; start < array.length; start += entrySize) {
		const entry = array.subarray(start, start + entrySize);
		if (!isZero(entry)) names.push(entry.toString('utf16le', nameOffset).replace(/\0.*$/s, ''));
	}
	return names;
}
