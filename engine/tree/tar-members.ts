import type {TarMember} from '../tar/writer.ts';
import type {ByteString, Inode, RegularFile} from './tree.ts';
import {walkTree} from './walk.ts';

/**
 * A tree as members of a tar, its root first. Further names of an inode become hard links.
 * @param sourceOf where the content of a file can be read that is not empty
 */
export function* tarMembers(
	root: Inode,
	sourceOf: (file: RegularFile) => TarMember['source'],
): Generator<TarMember, void> {
	const first = new Map<Inode, ByteString>();
	for (const [place, inode] of walkTree(root, '')) {
		const path = place.slice(1);
		const target = first.get(inode);
		if (target !== undefined) {
			yield {path, inode: {...inode, type: 'hardlink', target}, source: undefined};
			continue;
		}
		if (inode.type !== 'directory') first.set(inode, path);
		const source = inode.type === 'file' && inode.size > 0 ? sourceOf(inode) : undefined;
		yield {path, inode, source};
	}
}
