/**
 * What firmware starts from a medium that it takes for optical: the first image is for platforms of its own
 * kind, each further one in a section.
 * @see El Torito, version 1.0, section 2; UEFI specification, section 13.3.2
 */
import {blockSize} from './field-encoding.ts';

export interface BootImage {
	readonly platform: 'bios' | 'efi';
	readonly block: number;
	/** In bytes, of what is loaded or taken for a partition. */
	readonly size: number;
}

const platforms = {bios: 0, efi: 0xef} as const;
const entryLength = 32;
const bootable = 0x88;
const section = {more: 0x90, last: 0x91} as const;

export function bootCatalog([first, ...others]: readonly [BootImage, ...BootImage[]]): Buffer {
	const catalog = Buffer.alloc(blockSize);
	Buffer.concat([
		validationEntry(first),
		bootEntry(first),
		...others.flatMap((image, index) => [
			sectionHeader(image, index === others.length - 1),
			bootEntry(image),
		]),
	]).copy(catalog);
	return catalog;
}

/** Its sixteen words have the sum 0. */
function validationEntry({platform}: BootImage): Buffer {
	const entry = Buffer.alloc(entryLength);
	entry.writeUInt8(1, 0);
	entry.writeUInt8(platforms[platform], 1);
	entry.writeUInt16LE(0xaa55, 30);
	let sum = 0;
	for (let at = 0; at < entryLength; at += 2) sum += entry.readUInt16LE(at);
	entry.writeUInt16LE(-sum & 0xffff, 28);
	return entry;
}

/** Without emulation of a floppy or disk. */
function bootEntry({block, size}: BootImage): Buffer {
	const entry = Buffer.alloc(entryLength);
	entry.writeUInt8(bootable, 0);
	entry.writeUInt16LE(sectorsOf(size), 6);
	entry.writeUInt32LE(block, 8);
	return entry;
}

/** There is room for 32 MiB; UEFI takes 0 to mean: up to the end of the medium. */
function sectorsOf(size: number): number {
	const sectors = Math.ceil(size / 512);
	return sectors > 0xffff ? 0 : sectors;
}

function sectionHeader({platform}: BootImage, isLast: boolean): Buffer {
	const header = Buffer.alloc(entryLength);
	header.writeUInt8(isLast ? section.last : section.more, 0);
	header.writeUInt8(platforms[platform], 1);
	header.writeUInt16LE(1, 2);
	return header;
}
