import {ext4BlockSize} from '../../engine/system/ext4-volume.ts';
import type {Extent} from '../sink/ext4-extents.ts';
import {verityLayout} from '../sink/verity-layout.ts';
import type {Ext4Contents, Ext4Node} from './ext4/read-ext4.ts';
import {cutTo, type Stretch} from './medium/medium.ts';

/** Where the content of a file is, and its fs-verity; or why it is nowhere, as a phrase for people. */
export type StoredContent =
	| {readonly content: readonly Stretch[]; readonly tail: readonly Stretch[] | undefined}
	| string;

/** Of a regular file. Slipway writes files without holes, and nothing behind them but fs-verity. */
export function storedContent(root: Ext4Contents, node: Ext4Node): StoredContent {
	const blocks = Math.ceil(node.size / ext4BlockSize);
	const [content, behind] = splitExtents(node.extents, blocks);
	if (!isWhole(content, 0, blocks)) return 'has holes';
	if (!node.hasVerity && behind.length > 0) return 'has blocks behind its end';
	const tailStart = verityLayout(node.size, 0).treeOffset / ext4BlockSize;
	const tailBlocks = behind.reduce((sum, {count}) => sum + count, 0);
	if (node.hasVerity && !isWhole(behind, tailStart, tailBlocks))
		return 'has blocks behind its end that are not fs-verity';
	return {
		content: cutTo(root.stretches(content), node.size),
		tail: node.hasVerity ? root.stretches(behind) : undefined,
	};
}

/** Those before a block of the file, and those from there on. */
function splitExtents(extents: readonly Extent[], block: number): [Extent[], Extent[]] {
	const [before, after]: [Extent[], Extent[]] = [[], []];
	for (const {logical, start, count} of extents) {
		const first = Math.min(count, Math.max(0, block - logical));
		if (first > 0) before.push({logical, start, count: first});
		if (first < count)
			after.push({logical: logical + first, start: start + first, count: count - first});
	}
	return [before, after];
}

/** Whether extents hold so many blocks of a file from one on, and no others. */
function isWhole(extents: readonly Extent[], first: number, count: number): boolean {
	let next = first;
	for (const extent of extents) {
		if (extent.logical !== next) return false;
		next += extent.count;
	}
	return next === first + count;
}
