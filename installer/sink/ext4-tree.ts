import type {ByteString, Inode, Metadata} from '../../engine/tree/tree.ts';
import type {FileSource, SystemContent} from '../content.ts';
import type {DirectoryEntry} from './ext4-directory.ts';
import type {FileVerity} from './ext4-files.ts';
import {NoSpace} from './ext4-space.ts';
import {stateEntries, storeFolders, verityFileMetadata, verityFiles} from './root-files.ts';

/** An inode of the root, by its number. */
export interface RootNode {
	readonly number: number;
	readonly path: ByteString;
	readonly type: Inode['type'];
	readonly metadata: Metadata;
	readonly links: number;
	/** What is in its blocks: a content, or a target that is too long for the inode. */
	readonly data: NodeData | undefined;
	readonly folder: Folder | undefined;
	/** Of devices, `st_rdev`. */
	readonly rdev: number;
	/** Of a link, when it is short enough for the inode. */
	readonly target: ByteString;
}

export interface NodeData {
	readonly source: FileSource;
	readonly size: number;
	readonly verity: FileVerity | undefined;
}

export interface Folder {
	readonly parent: number;
	readonly entries: readonly DirectoryEntry[];
}

/** By mke2fs, with its blocks; the numbers below are ext4's own. */
const lostAndFound = {name: 'lost+found', inode: 11, type: 'directory'} as const;
export const rootInode = 2;
const firstInode = 12;
/** Longer targets take a block. */
const longestInlineTarget = 59;

/** All inodes of a root, folders before what is in them. @throws NoSpace when there are more than can be */
export function rootNodes(content: SystemContent, inodeCount: number): RootNode[] {
	const builder = new TreeBuilder(inodeCount);
	for (const {path, inode} of storeFolders())
		if (inode.type !== 'hardlink') builder.add(path, inode, undefined);
	for (const {path, size, source, verityDigest, merkleTree} of verityFiles(content)) {
		const inode: Inode = {...verityFileMetadata, ...contentless, size};
		builder.add(path, inode, {source, size, verity: {digest: verityDigest, merkleTree}});
	}
	for (const {path, inode, source} of stateEntries(content)) {
		if (inode.type === 'hardlink') builder.link(path, inode.target);
		else builder.add(path, inode, dataOf(path, inode, source));
	}
	return builder.nodes();
}

const contentless = {type: 'file', inline: undefined, verityDigest: undefined} as const;

function dataOf(
	path: ByteString,
	inode: Inode,
	source: FileSource | undefined,
): NodeData | undefined {
	if (inode.type === 'symlink' && inode.target.length > longestInlineTarget) {
		const bytes = Buffer.from(inode.target, 'latin1');
		return {source: {kind: 'bytes', bytes}, size: bytes.length, verity: undefined};
	}
	if (inode.type !== 'file' || inode.size === 0) return undefined;
	if (source === undefined) throw new RangeError(`nobody knows the content of ${path}`);
	return {source, size: inode.size, verity: undefined};
}

type Draft = {-readonly [Key in keyof RootNode]: RootNode[Key]} & {
	entries: DirectoryEntry[];
};

class TreeBuilder {
	readonly #byPath = new Map<ByteString, Draft>();
	readonly #inodes: Draft[] = [];
	readonly #inodeCount: number;

	constructor(inodeCount: number) {
		this.#inodeCount = inodeCount;
	}

	add(path: ByteString, inode: Inode, data: NodeData | undefined): void {
		const known = this.#byPath.get(path);
		if (known !== undefined) {
			// A folder of the store that the content describes too.
			if (known.type !== 'directory' || inode.type !== 'directory')
				throw new RangeError(`${path} is there twice`);
			known.metadata = inode;
			return;
		}
		const number = path === '' ? rootInode : firstInode + this.#inodes.length - 1;
		if (number > this.#inodeCount) throw new NoSpace(`no room for ${number} inodes`);
		const node = draft(number, path, inode, data);
		this.#byPath.set(path, node);
		this.#inodes.push(node);
		if (path === '') this.#addRoot(node);
		else this.#enter(node, path);
	}

	link(path: ByteString, target: ByteString): void {
		const node = this.#byPath.get(target);
		if (node === undefined) throw new RangeError(`${path} is a link to nothing`);
		node.links++;
		this.#enter(node, path);
	}

	nodes(): RootNode[] {
		return this.#inodes;
	}

	#addRoot(root: Draft): void {
		root.folder = {parent: root.number, entries: root.entries};
		root.entries.push(lostAndFound);
		root.links++;
	}

	#enter(node: Draft, path: ByteString): void {
		const slash = path.lastIndexOf('/');
		const parent = this.#byPath.get(path.slice(0, Math.max(slash, 0)));
		if (parent?.folder === undefined) throw new RangeError(`${path} is in no folder`);
		parent.entries.push({name: path.slice(slash + 1), inode: node.number, type: node.type});
		if (node.type !== 'directory') return;
		parent.links++;
		node.folder = {parent: parent.number, entries: node.entries};
	}
}

function draft(number: number, path: ByteString, inode: Inode, data: NodeData | undefined): Draft {
	const isDirectory = inode.type === 'directory';
	return {
		number,
		path,
		type: inode.type,
		metadata: inode,
		links: isDirectory ? 2 : 1,
		data,
		folder: undefined,
		entries: [],
		rdev: 'rdev' in inode ? inode.rdev : 0,
		target: inode.type === 'symlink' && data === undefined ? inode.target : '',
	};
}
