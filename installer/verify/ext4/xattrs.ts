import type {ByteString} from '../../../engine/tree/tree.ts';
import {crc32c} from '../../disk/crc32c.ts';
import type {Damaged} from '../damaged.ts';
import type {Ext4Reader} from './ext4-volume.ts';

/** What keys begin with, by the number that stands for it. */
const prefixes: Readonly<Record<number, ByteString>> = {
	1: 'user.',
	2: 'system.posix_acl_access',
	3: 'system.posix_acl_default',
	4: 'trusted.',
	6: 'security.',
	7: 'system.',
};
const magic = 0xea02_0000;
const entrySize = 16;
const blockHeadSize = 32;
const inodeHeadSize = 4;
/** Of an inode without more fields than the first. */
const oldInodeSize = 128;

type Xattrs = Map<ByteString, Buffer>;

/**
 * Extended attributes of inodes: in what is left of the inode, and in a block that several may share.
 * @see https://docs.kernel.org/filesystems/ext4/attributes.html
 */
export class XattrReader {
	readonly #volume: Ext4Reader;
	readonly #blocks = new Map<number, Xattrs>();

	constructor(volume: Ext4Reader) {
		this.#volume = volume;
	}

	/** Undefined when it has none. @throws DamagedInput */
	read(inode: Buffer): Xattrs | undefined {
		const found = new Map(this.#inInode(inode));
		const block = inode.readUInt32LE(104) + inode.readUInt16LE(118) * 2 ** 32;
		if (block !== 0) for (const [key, value] of this.#inBlock(block)) found.set(key, value);
		return found.size === 0 ? undefined : found;
	}

	#inInode(inode: Buffer): Xattrs {
		const start = oldInodeSize + inode.readUInt16LE(oldInodeSize);
		if (start + inodeHeadSize > inode.length || inode.readUInt32LE(start) !== magic)
			return new Map();
		const area = inode.subarray(start + inodeHeadSize);
		return parseEntries(area, 0, this.#volume.damaged);
	}

	#inBlock(number: number): Xattrs {
		const known = this.#blocks.get(number);
		if (known !== undefined) return known;
		const {claims, damaged, superblock} = this.#volume;
		claims.claim(number, 1, 'a block of extended attributes');
		const block = this.#volume.block(number);
		const plain = Buffer.from(block);
		plain.fill(0, 16, 20);
		const place = Buffer.alloc(8);
		place.writeBigUInt64LE(BigInt(number));
		const sum = crc32c(plain, crc32c(place, superblock.checksumSeed));
		if (block.readUInt32LE(0) !== magic || sum !== block.readUInt32LE(16))
			throw damaged('a block of extended attributes is damaged');
		const found = parseEntries(block, blockHeadSize, damaged);
		this.#blocks.set(number, found);
		return found;
	}
}

/** Values lie by their offset from the start of the area. */
function parseEntries(area: Buffer, first: number, damaged: Damaged): Xattrs {
	const found: Xattrs = new Map();
	const wrong = () => damaged('an extended attribute is damaged');
	for (let at = first; at + 4 <= area.length && area.readUInt32LE(at) !== 0; ) {
		if (at + entrySize > area.length) throw wrong();
		const [length, prefix] = [area.readUInt8(at), prefixes[area.readUInt8(at + 1)]];
		const [offset, size] = [area.readUInt16LE(at + 2), area.readUInt32LE(at + 8)];
		const isElsewhere = area.readUInt32LE(at + 4) !== 0;
		const nameEnd = at + entrySize + length;
		if (prefix === undefined || isElsewhere || nameEnd > area.length || offset + size > area.length)
			throw wrong();
		const key = prefix + area.toString('latin1', at + entrySize, nameEnd);
		const value = Buffer.from(area.subarray(offset, offset + size));
		found.set(key, key.startsWith('system.posix_acl_') ? plainAcl(value, wrong) : value);
		at = Math.ceil(nameEnd / 4) * 4;
	}
	return found;
}

/** Who has a number of their own in an entry: a user, a group. */
const numbered: ReadonlySet<number> = new Set([0x02, 0x08]);
const noNumber = 0xffff_ffff;

/** ext4 leaves numbers out that say nothing; as an attribute each entry has one. */
function plainAcl(stored: Buffer, wrong: () => Error): Buffer {
	if (stored.length < 4 || stored.readUInt32LE(0) !== 1) throw wrong();
	const entries: Buffer[] = [Buffer.from([2, 0, 0, 0])];
	for (let at = 4; at < stored.length; ) {
		if (at + 4 > stored.length) throw wrong();
		const isNumbered = numbered.has(stored.readUInt16LE(at));
		const size = isNumbered ? 8 : 4;
		if (at + size > stored.length) throw wrong();
		const entry = Buffer.alloc(8);
		entry.writeUInt32LE(noNumber, 4);
		stored.copy(entry, 0, at, at + size);
		entries.push(entry);
		at += size;
	}
	return Buffer.concat(entries);
}
