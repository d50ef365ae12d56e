import type {Directory, Leaf} from './tree.ts';

/**
 * Gives every name an inode of its own, in place. `mkcomposefs` does so when it reads a folder: only in
 * a dump does it know hard links.
 */
export function splitHardLinks(root: Directory): void {
	const seen = new Set<Leaf>();
	const pending = [root];
	for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
		for (const [name, inode] of folder.children) {
			if (inode.type === 'directory') pending.push(inode);
			else if (seen.has(inode)) folder.children.set(name, {...inode});
			else seen.add(inode);
		}
	}
}
