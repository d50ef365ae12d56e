import path from 'node:path';
import type {ByteString, Directory, Inode} from './tree.ts';

/** Longer chains of links are loops. */
const maxLinks = 40;

/**
 * What a path leads to as on a machine with this root: links in it are followed, and `..` never climbs
 * above the root. Undefined when it leads nowhere.
 * @param lastLink whether a link at the end is followed too
 */
export function followPath(
	root: Directory,
	wanted: ByteString,
	{lastLink = true}: {lastLink?: boolean} = {},
): Inode | undefined {
	const pending = wanted.split('/');
	/** From the root to where the walk has come. */
	let folders = [root];
	let links = 0;
	for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
		const here = folders.at(-1) ?? root;
		if (name === '..') folders = folders.length > 1 ? folders.slice(0, -1) : folders;
		if (name === '' || name === '.' || name === '..') continue;
		const inode = here.children.get(name);
		const isLast = pending.every((rest) => rest === '');
		if (inode?.type === 'directory') folders = [...folders, inode];
		else if (inode?.type !== 'symlink' || (isLast && !lastLink)) return isLast ? inode : undefined;
		else if (++links > maxLinks) return undefined;
		else {
			pending.unshift(...inode.target.split('/'));
			if (path.posix.isAbsolute(inode.target)) folders = [root];
		}
	}
	return folders.at(-1);
}
