/**
 * A hybrid ISO: an optical medium for firmware and systems, and a disk with GPT where it is copied to a stick.
 *
 *   0         sectors of the partition table; in the first, for a BIOS, code of GRUB
 *   32 KiB    the volume as the whole medium has it, with the boot catalog behind it
 *   n MiB     partition 1: the same volume, counted from here, and the files
 *   m MiB     partition 2: the EFI system partition, which the boot catalog leads to as well
 *   end       the copy of the partition table
 *
 * A stick that is mounted as a whole keeps its partitions from being mounted; so there is the volume of
 * partition 1. Its files are those of the whole.
 */
import {
	elToritoImage,
	elToritoLength,
	elToritoLoadSectors,
	hybridBootSector,
	type MediumImages,
} from '../../../engine/boot/grub/medium-images.ts';
import {type Firmware, startsByUefi} from '../../disk/firmware.ts';
import {backupTableSize} from '../../disk/partition-table.ts';
import {alignUp, MiB} from '../../disk/size.ts';
import {type BootImage, bootCatalog} from './boot-catalog.ts';
import type {Extent} from './directory.ts';
import {blockSize, blocksOf} from './field-encoding.ts';
import {type IsoFile, type IsoFolder, isoTree} from './iso-tree.ts';
import {type BlockPiece, encodeView, type ViewRequest} from './iso-view.ts';

export interface IsoRequest extends Pick<ViewRequest, 'label' | 'application' | 'time'> {
	readonly files: readonly IsoFile[];
	/** Bytes, in whole MiB. */
	readonly espSize: number;
	readonly firmware: Firmware;
	/** Of a medium that a BIOS is to start. */
	readonly grub: MediumImages | undefined;
}

/** Bytes of the medium. */
export interface Region {
	readonly start: number;
	readonly size: number;
}

export interface IsoLayout {
	/** Bytes of the whole medium. */
	readonly size: number;
	/** Partitions. */
	readonly volume: Region;
	readonly esp: Region;
	readonly pieces: readonly BlockPiece[];
	/** Turns the first sector into one that a BIOS starts from a disk; undefined where none is to. */
	readonly bootSector: ((first: Buffer) => Buffer) | undefined;
	/** Where the content of each file goes, in one piece. */
	readonly contents: readonly {readonly file: IsoFile; readonly start: number}[];
}

/** Extents of files are shorter than 4 GiB, and all but the last of a file are whole blocks. */
const maxExtent = 2 ** 32 - blockSize;
const sectorSize = 512;

export function layOutIso(request: IsoRequest): IsoLayout {
	const {grub} = request;
	const loader = grub && loaderFile(grub);
	const files = loader === undefined ? request.files : [loader, ...request.files];
	const tree = isoTree(files);
	const measure = viewBlocks(tree, request);
	const catalog = measure.whole;
	const begin = alignUp((catalog + 1) * blockSize, MiB) / blockSize;
	const placed = placeFiles(files, begin + measure.partition);
	const espStart = alignUp(placed.end * blockSize, MiB);
	const espEnd = espStart + request.espSize;
	const size = alignUp(espEnd + backupTableSize(sectorSize), blockSize);
	const extentsOf = (file: IsoFile) => placed.extents.get(file) ?? [];
	const blockOf = (file: IsoFile) => extentsOf(file)[0]?.block ?? 0;
	const efi: BootImage = {platform: 'efi', block: espStart / blockSize, size: request.espSize};
	const view = {...request, tree, extentsOf};
	const volume = {start: begin * blockSize, size: espStart - begin * blockSize};
	const bios = loader && {...biosImage, block: blockOf(loader)};
	return {
		size,
		volume,
		esp: {start: espStart, size: request.espSize},
		pieces: [
			encodeView({...view, begin: 0, size: size / blockSize, catalog}),
			{block: catalog, bytes: bootCatalog(bootImages(request.firmware, efi, bios))},
			encodeView({...view, begin, size: blocksOf(volume.size), catalog: undefined}),
		],
		bootSector: grub && bios && ((first) => hybridBootSector(grub.hybridBoot, first, bios.block)),
		contents: files.map((file) => ({
			file: grub && file === loader ? placedLoader(grub, file, blockOf(file)) : file,
			start: blockOf(file) * blockSize,
		})),
	};
}

/** What a BIOS starts; what is in it depends on where it lies. */
const loaderFile = (grub: MediumImages): IsoFile => ({
	path: 'slipway/grub.img',
	mode: 0o444,
	source: {kind: 'bytes', bytes: Buffer.alloc(0)},
	size: elToritoLength(grub),
});

function placedLoader(grub: MediumImages, file: IsoFile, block: number): IsoFile {
	return {...file, source: {kind: 'bytes', bytes: elToritoImage(grub, block)}};
}

const biosImage = {platform: 'bios', size: elToritoLoadSectors * sectorSize} as const;

/** What firmware may start from an optical medium; that for a BIOS has to be the first. */
function bootImages(
	firmware: Firmware,
	efi: BootImage,
	bios: BootImage | undefined,
): readonly [BootImage, ...BootImage[]] {
	if (bios === undefined) return [efi];
	return startsByUefi(firmware) ? [bios, efi] : [bios];
}

/** Up to which block each volume comes from where it begins, before its files. */
function viewBlocks(
	tree: IsoFolder,
	request: IsoRequest,
): {readonly whole: number; readonly partition: number} {
	const view = {...request, tree, begin: 0, size: 0, extentsOf: extentsAtZero};
	const end = (catalog: number | undefined) => {
		const {block, bytes} = encodeView({...view, catalog});
		return block + blocksOf(bytes.length);
	};
	return {whole: end(0), partition: end(undefined)};
}

const extentsAtZero = ({size}: IsoFile): readonly Extent[] => extentsFrom(0, size);

function placeFiles(files: readonly IsoFile[], first: number) {
	const extents = new Map<IsoFile, readonly Extent[]>();
	let block = first;
	for (const file of files) {
		extents.set(file, extentsFrom(block, file.size));
		block += blocksOf(file.size);
	}
	return {extents, end: block};
}

/** One that is empty for an empty file. */
function extentsFrom(block: number, size: number): readonly Extent[] {
	const extents: Extent[] = [];
	for (let from = 0; from === 0 || from < size; from += maxExtent)
		extents.push({block: block + from / blockSize, size: Math.min(maxExtent, size - from)});
	return extents;
}
