import type {ByteString, Inode} from './tree.ts';

/**
 * Every name at or below an inode, each with its path: parents before children, names in byte order.
 * Hard links come several times. Not recursive: how deep a tree is, is the image's say.
 */
export function* walkTree(
	inode: Inode,
	path: ByteString,
): Generator<readonly [path: ByteString, inode: Inode], void> {
	const pending: [ByteString, Inode][] = [[path, inode]];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		yield next;
		const [place, found] = next;
		if (found.type !== 'directory') continue;
		const names = [...found.children].sort(([a], [b]) => (a < b ? 1 : -1));
		for (const [name, child] of names) pending.push([`${place}/${name}`, child]);
	}
}
