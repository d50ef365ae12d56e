import {type BlockRun, ext4BlockSize} from '../../engine/system/ext4-volume.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {SystemContent} from '../content.ts';
import {directoryBlocks} from './ext4-directory.ts';
import {type Extent, emptyBody, extentBlockCount, extentsOf, extentTree} from './ext4-extents.ts';
import {
	cutStretches,
	type DataStretch,
	fileExtents,
	type PlacedFile,
	placeFile,
} from './ext4-files.ts';
import {deviceBody, encodeInode, inodeFlags} from './ext4-inode.ts';
import {type FreeSpace, mergeRuns} from './ext4-space.ts';
import {type RootNode, rootNodes} from './ext4-tree.ts';

/** A block of metadata, by number, without its checksum. */
export interface PlannedBlock {
	readonly block: number;
	readonly bytes: Buffer;
}

export interface PlannedInode {
	readonly number: number;
	readonly isDirectory: boolean;
	readonly bytes: Buffer;
	readonly folderBlocks: readonly PlannedBlock[];
	readonly extentBlocks: readonly PlannedBlock[];
	readonly xattrs: ReadonlyMap<ByteString, Buffer> | undefined;
}

/** All that is written into an empty ext4. */
export interface Ext4Plan {
	readonly stretches: readonly DataStretch[];
	readonly inodes: readonly PlannedInode[];
	readonly used: readonly BlockRun[];
}

export interface Ext4Room {
	readonly inodeCount: number;
	readonly space: FreeSpace;
	/** Contents with fs-verity that are there already, by their digests. */
	readonly written: ReadonlyMap<string, PlacedFile>;
}

/**
 * Decides where everything of a root goes: contents first, each behind the other, then the folders.
 * @throws NoSpace
 */
export function planExt4(content: SystemContent, {inodeCount, space, written}: Ext4Room): Ext4Plan {
	const nodes = rootNodes(content, inodeCount);
	const fresh: PlacedFile[] = [];
	const placed = new Map<RootNode, PlacedFile>();
	for (const node of nodes) {
		if (node.data === undefined) continue;
		const known = written.get(node.data.verity?.digest ?? '');
		const file = known ?? placeFile({name: node.path, ...node.data}, content.algorithm, space);
		if (known === undefined) fresh.push(file);
		placed.set(node, file);
	}
	const blocks = new BlockTaker(space);
	const inodes = nodes.map((node) => planInode(node, placed.get(node), blocks));
	return {
		stretches: cutStretches(fresh),
		inodes,
		used: mergeRuns([...placed.values()].flatMap(({runs}) => runs).concat(blocks.taken)),
	};
}

class BlockTaker {
	readonly taken: BlockRun[] = [];
	readonly #space: FreeSpace;

	constructor(space: FreeSpace) {
		this.#space = space;
	}

	take(count: number): BlockRun[] {
		const runs = this.#space.take(count);
		this.taken.push(...runs);
		return runs;
	}
}

function planInode(
	node: RootNode,
	placed: PlacedFile | undefined,
	blocks: BlockTaker,
): PlannedInode {
	const {number, type, metadata, links} = node;
	const folder = node.folder && directoryBlocks(number, node.folder.parent, node.folder.entries);
	const folderRuns = blocks.take(folder?.length ?? 0);
	const extents = placed ? fileExtents(placed) : extentsOf(folderRuns, 0);
	const {body, flags, extentBlocks} = bodyOf(node, extents, blocks);
	const dataBlocks = extents.reduce((sum, {count}) => sum + count, 0);
	const size = folder ? folder.length * ext4BlockSize : (placed?.size ?? node.target.length);
	const bytes = encodeInode({
		type,
		metadata,
		size,
		links,
		blocks: dataBlocks + extentBlocks.length,
		flags: placed?.verity ? flags | inodeFlags.verity : flags,
		body,
	});
	return {
		number,
		isDirectory: folder !== undefined,
		bytes,
		folderBlocks: blockNumbers(folderRuns).map((block, index) => ({
			block,
			bytes: folder?.[index] ?? Buffer.alloc(0),
		})),
		extentBlocks,
		xattrs: metadata.xattrs,
	};
}

interface InodeBody {
	readonly body: Buffer;
	readonly flags: number;
	readonly extentBlocks: readonly PlannedBlock[];
}

function bodyOf(
	{type, rdev, target}: RootNode,
	extents: readonly Extent[],
	blocks: BlockTaker,
): InodeBody {
	if (type === 'character' || type === 'block')
		return {body: deviceBody(rdev), flags: 0, extentBlocks: []};
	if (type === 'fifo' || type === 'socket' || target !== '') {
		const body = emptyBody();
		body.write(target, 'latin1');
		return {body, flags: 0, extentBlocks: []};
	}
	const numbers = blockNumbers(blocks.take(extentBlockCount(extents)));
	const tree = extentTree(extents, numbers);
	return {body: tree.body, flags: inodeFlags.extents, extentBlocks: tree.blocks};
}

function blockNumbers(runs: readonly BlockRun[]): number[] {
	return runs.flatMap(({start, count}) => Array.from({length: count}, (_, index) => start + index));
}
