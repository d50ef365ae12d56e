import {ext4BlockSize} from '../../../engine/system/ext4-volume.ts';
import {printable} from '../../../engine/tree/printable.ts';
import type {ByteString, Inode, Metadata} from '../../../engine/tree/tree.ts';
import type {Extent} from '../../sink/ext4-extents.ts';
import {inodeBodySize} from '../../sink/ext4-extents.ts';
import {entryType, inodeFlags} from '../../sink/ext4-inode.ts';
import {rootInode} from '../../sink/ext4-tree.ts';
import {cutTo, type Medium, readAt, type Stretch} from '../medium/medium.ts';
import {readDirectoryBlock} from './directory.ts';
import {Ext4Reader} from './ext4-volume.ts';
import {readExtents} from './extents.ts';
import {type InodeFields, parseInode} from './inode.ts';
import {XattrReader} from './xattrs.ts';

/** An inode of an ext4, the same one for all its names. */
export interface Ext4Node {
	readonly number: number;
	readonly type: Inode['type'];
	readonly metadata: Metadata;
	/** In bytes. */
	readonly size: number;
	readonly hasVerity: boolean;
	/** Of files and folders, and of links with long targets; by blocks of the file system. */
	readonly extents: readonly Extent[];
	/** Of devices. */
	readonly rdev: number;
	/** Of links. */
	readonly target: ByteString;
}

export interface Ext4Contents {
	/** By path from its root, which is `''`; parents come first. */
	readonly nodes: ReadonlyMap<ByteString, Ext4Node>;
	/** Numbers of inodes that are in use, and in no folder. */
	readonly lostInodes: readonly number[];
	/** In lower case. */
	readonly uuid: string;
	/** Bytes of the partition that the file system has. */
	readonly size: number;
	/** Where blocks lie on the disk. */
	stretches(extents: readonly Extent[]): Stretch[];
}

/** What a path may have for the kernel. */
const maxPathLength = 4096;
/** Far more than any disk that was just made; each takes memory. */
const maxNames = 1 << 22;
/** Those below are the file system's own. */
const firstInode = 11;
const indexFlag = 0x1000;

/**
 * Lists everything in an ext4 that slipway made: reads each folder, inode and list of blocks, and no
 * contents.
 * @param name of the partition, for errors
 * @throws DamagedInput, Refused `foreign-file-system` or `unclean-file-system`
 */
export function readExt4(medium: Medium, partition: Stretch, name: string): Ext4Contents {
	const volume = new Ext4Reader(medium, partition, name);
	const nodes = new TreeReader(medium, volume).read();
	const reached = new Set(Array.from(nodes.values(), ({number}) => number));
	const {uuid, blockCount} = volume.superblock;
	return {
		nodes,
		lostInodes: [...volume.usedInodes()].filter(
			(number) => number >= firstInode && !reached.has(number),
		),
		uuid,
		size: blockCount * ext4BlockSize,
		stretches: (extents) => extents.map(({start, count}) => volume.stretchOf(start, count)),
	};
}

class TreeReader {
	readonly #medium: Medium;
	readonly #volume: Ext4Reader;
	readonly #xattrs: XattrReader;
	readonly #known = new Map<number, Ext4Node>();
	/** Grows while it is walked. */
	readonly #nodes = new Map<ByteString, Ext4Node>();

	constructor(medium: Medium, volume: Ext4Reader) {
		this.#medium = medium;
		this.#volume = volume;
		this.#xattrs = new XattrReader(volume);
	}

	read(): Map<ByteString, Ext4Node> {
		const root = this.#readNode(rootInode);
		if (root.type !== 'directory') throw this.#volume.damaged('its root is no folder');
		this.#nodes.set('', root);
		for (const [path, node] of this.#nodes)
			if (node.type === 'directory') this.#readFolder(path, node);
		return this.#nodes;
	}

	#readFolder(path: ByteString, {number, extents}: Ext4Node): void {
		const {damaged} = this.#volume;
		const inode = this.#volume.inode(number);
		const seed = this.#volume.seedOf(number, inode);
		const isIndexed = (inode.readUInt32LE(32) & indexFlag) !== 0;
		for (const {start, count} of extents)
			for (let block = start; block < start + count; block++) {
				const bytes = this.#volume.block(block);
				for (const entry of readDirectoryBlock(bytes, {seed, isIndexed, damaged}))
					this.#enter(path, entry.name, entry.inode, entry.type);
			}
	}

	#enter(folder: ByteString, name: ByteString, number: number, type: number): void {
		const path = folder === '' ? name : `${folder}/${name}`;
		const {damaged} = this.#volume;
		if (path.length > maxPathLength) throw damaged('its folders are too deep');
		if (this.#nodes.has(path)) throw damaged(`${printable(path)} is there twice`);
		if (this.#nodes.size >= maxNames) throw damaged(`it has more than ${maxNames} names`);
		const known = this.#known.get(number);
		if (known?.type === 'directory')
			throw damaged(`${printable(path)} is a second name of a folder`);
		const node = known ?? this.#readNode(number);
		if (entryType(node.type) !== type)
			throw damaged(`${printable(path)} is not of the type that its folder says`);
		this.#nodes.set(path, node);
	}

	#readNode(number: number): Ext4Node {
		const inode = this.#volume.inode(number);
		const fields = parseInode(inode);
		if (fields === undefined) throw this.#volume.damaged(`inode ${number} is not in use`);
		const {type, metadata, size, flags, rdev} = fields;
		const hasExtents = (flags & inodeFlags.extents) !== 0;
		const extents = hasExtents ? readExtents(this.#volume, number, inode) : [];
		if (!hasExtents && size > 0 && (type === 'file' || type === 'directory'))
			throw this.#volume.damaged(`inode ${number} keeps its blocks in another way`);
		const node: Ext4Node = {
			number,
			type,
			metadata: {...metadata, xattrs: this.#xattrs.read(inode)},
			size,
			hasVerity: (flags & inodeFlags.verity) !== 0,
			extents,
			rdev: type === 'character' || type === 'block' ? rdev : 0,
			target: type === 'symlink' ? this.#readTarget(inode, fields, extents) : '',
		};
		this.#known.set(number, node);
		return node;
	}

	#readTarget(inode: Buffer, {size}: InodeFields, extents: readonly Extent[]): ByteString {
		if (extents.length === 0)
			return inode.toString('latin1', 40, 40 + Math.min(size, inodeBodySize));
		if (size > ext4BlockSize) throw this.#volume.damaged('a link has a target that is too long');
		const stretches = extents.map(({start, count}) => this.#volume.stretchOf(start, count));
		const bytes = cutTo(stretches, size).map((stretch) => readAt(this.#medium, stretch));
		return Buffer.concat(bytes).toString('latin1');
	}
}
