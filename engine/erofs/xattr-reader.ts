import type {ByteString} from '../tree/tree.ts';
import {lustrePrefix, xattrHeaderSize, xattrPrefixes} from './format.ts';
import {damagedImage, type ImageView} from './image-view.ts';
import type {RawInode} from './inode-reader.ts';

const prefixes = new Map<number, string>([[0, '']]);
for (const {prefix, index} of [...xattrPrefixes, lustrePrefix]) prefixes.set(index, prefix);

export interface StoredXattr {
	readonly key: ByteString;
	readonly value: Buffer;
	/** Bytes to the next entry. */
	readonly length: number;
}

/** Reads the xattrs of inodes; those that are shared but once. */
export class XattrReader {
	readonly #view: ImageView;
	readonly #sharedOffset: number;
	readonly #shared = new Map<number, StoredXattr>();

	constructor(view: ImageView, sharedOffset: number) {
		this.#view = view;
		this.#sharedOffset = sharedOffset;
	}

	/** In the order in which they are stored. Values are views of the image. */
	read({xattrsOffset, xattrsLength}: RawInode): StoredXattr[] {
		if (xattrsLength === 0) return [];
		const {bytes} = this.#view;
		const sharedCount = bytes[xattrsOffset + 4] ?? 0;
		const end = xattrsOffset + xattrsLength;
		let at = xattrsOffset + xattrHeaderSize;
		if (at + 4 * sharedCount > end)
			throw damagedImage(`${sharedCount} shared xattrs where there is no room`, xattrsOffset + 4);
		const xattrs: StoredXattr[] = [];
		for (let index = 0; index < sharedCount; index++, at += 4)
			xattrs.push(this.#readShared(this.#sharedOffset + 4 * bytes.readUInt32LE(at)));
		while (at < end) {
			const xattr = readEntry(bytes, at, end);
			xattrs.push(xattr);
			at += xattr.length;
		}
		return xattrs;
	}

	#readShared(offset: number): StoredXattr {
		let xattr = this.#shared.get(offset);
		if (xattr === undefined) {
			xattr = readEntry(this.#view.bytes, offset, this.#view.bytes.length);
			this.#view.claim(offset, xattr.length, 'a shared xattr');
			this.#shared.set(offset, xattr);
		}
		return xattr;
	}
}

function readEntry(bytes: Buffer, offset: number, end: number): StoredXattr {
	if (offset + 4 > end) throw damagedImage('an xattr without room for it', offset);
	const suffixLength = bytes[offset] ?? 0;
	const index = bytes[offset + 1] ?? 0;
	const valueLength = bytes.readUInt16LE(offset + 2);
	const length = (4 + suffixLength + valueLength + 3) & ~3;
	const prefix = prefixes.get(index);
	if (prefix === undefined) throw damagedImage(`xattr prefix ${index}`, offset + 1);
	if (offset + length > end) throw damagedImage('an xattr longer than its room', offset);
	const valueOffset = offset + 4 + suffixLength;
	const key = prefix + bytes.toString('latin1', offset + 4, valueOffset);
	if (key === '' || key.includes('\0')) throw damagedImage('not a key of an xattr', offset);
	return {key, value: bytes.subarray(valueOffset, valueOffset + valueLength), length};
}
