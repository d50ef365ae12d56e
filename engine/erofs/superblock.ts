import {
	aclFlag,
	blockBits,
	blockSize,
	composefsMagic,
	inodesOffset,
	slotSize,
	superblockMagic,
	superblockOffset,
} from './format.ts';
import {damagedImage, type ImageView} from './image-view.ts';
import type {Time} from './layout.ts';

/** What the heads of an image say of the rest of it. */
export interface Superblock {
	/** Of composefs: 0 and 1 are the compact layout, 2 is the older one of composefs-rs. */
	readonly version: 0 | 1 | 2;
	/** Of the root's inode, in bytes. */
	readonly rootOffset: number;
	readonly inodeCount: number;
	/** The mtime of compact inodes. */
	readonly buildTime: Time;
	/** What references to shared xattrs count from, in bytes. */
	readonly sharedXattrsOffset: number;
}

/** The one feature that a reader must know: files of chunks. */
const chunkedFeature = 4;

/** @throws DamagedInput for what is no composefs image, or one of a kind that is not known here */
export function parseSuperblock(view: ImageView): Superblock {
	const {bytes} = view;
	view.claim(0, inodesOffset, 'the superblock');
	const version = parseComposefsHeader(bytes);
	const at = superblockOffset;
	const expected = [
		{offset: at, value: bytes.readUInt32LE(at), wanted: superblockMagic, what: 'magic number'},
		{offset: at + 12, value: bytes[at + 12], wanted: blockBits, what: 'block bits'},
		{offset: at + 13, value: bytes[at + 13], wanted: 0, what: 'number of extra slots'},
		{
			offset: at + 36,
			value: bytes.readUInt32LE(at + 36) * blockSize,
			wanted: bytes.length,
			what: 'length',
		},
		{offset: at + 40, value: bytes.readUInt32LE(at + 40), wanted: 0, what: 'metadata block'},
	];
	for (const {offset, value, wanted, what} of expected)
		if (value !== wanted) throw damagedImage(`${what} is ${value}, not ${wanted}`, offset);
	const features = bytes.readUInt32LE(at + 80);
	if ((features & ~chunkedFeature) !== 0)
		throw damagedImage(`unknown features 0x${features.toString(16)}`, at + 80);
	const inodeCount = view.int64(at + 16);
	const sec = view.int64(at + 24);
	const nsec = bytes.readUInt32LE(at + 32);
	if (inodeCount === undefined || inodeCount < 1)
		throw damagedImage('an impossible number of inodes', at + 16);
	if (sec === undefined || nsec >= 1e9) throw damagedImage('an impossible build time', at + 24);
	return {
		version,
		rootOffset: bytes.readUInt16LE(at + 14) * slotSize,
		inodeCount,
		buildTime: {sec, nsec},
		sharedXattrsOffset: bytes.readUInt32LE(at + 44) * blockSize,
	};
}

function parseComposefsHeader(bytes: Buffer): 0 | 1 | 2 {
	const magic = bytes.readUInt32LE(0);
	if (magic !== composefsMagic) throw damagedImage(`magic number is 0x${magic.toString(16)}`, 0);
	const header = bytes.readUInt32LE(4);
	if (header !== 1) throw damagedImage(`unknown header version ${header}`, 4);
	const flags = bytes.readUInt32LE(8);
	if ((flags & ~aclFlag) !== 0) throw damagedImage(`unknown flags 0x${flags.toString(16)}`, 8);
	const version = bytes.readUInt32LE(12);
	if (version !== 0 && version !== 1 && version !== 2)
		throw damagedImage(`unknown composefs version ${version}`, 12);
	return version;
}
