import {readDirectory} from '../../../engine/erofs/directory-reader.ts';
import {fileType, slotSize} from '../../../engine/erofs/format.ts';
import {ImageView} from '../../../engine/erofs/image-view.ts';
import {type RawInode, readInode} from '../../../engine/erofs/inode-reader.ts';
import {parseSuperblock} from '../../../engine/erofs/superblock.ts';
import type {LayoutRow} from './vectors.ts';

/** Every name of an image with its inode as it stands there, breadth first. */
export function listInodes(image: Buffer): LayoutRow[] {
	const view = new ImageView(image);
	const superblock = parseSuperblock(view);
	const inodes = new Map<number, RawInode>();
	const rows: LayoutRow[] = [];
	const queue = [{path: '/', offset: superblock.rootOffset, parent: superblock.rootOffset}];
	for (const {path, offset, parent} of queue) {
		const inode = inodes.get(offset) ?? readInode(view, offset, superblock);
		inodes.set(offset, inode);
		rows.push([
			path,
			offset / slotSize,
			inode.number,
			image.readUInt16LE(offset),
			(fileType[inode.type] | inode.metadata.mode).toString(8),
			inode.size,
			inode.location,
			inode.links,
			image.readUInt16LE(offset + 2),
		]);
		if (inode.type !== 'directory') continue;
		for (const {name, inodeOffset} of readDirectory(view, inode, parent))
			queue.push({
				path: path === '/' ? `/${name}` : `${path}/${name}`,
				offset: inodeOffset,
				parent: offset,
			});
	}
	return rows;
}
