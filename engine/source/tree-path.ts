import type {ByteString, Directory, Inode} from '../tree/tree.ts';

/** `/` for a path of one name; the path begins with `/` and has no other slash to spare. */
export function parentPath(path: ByteString): ByteString {
	return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

export function lastName(path: ByteString): ByteString {
	return path.slice(path.lastIndexOf('/') + 1);
}

/** True of the path itself, too. */
export function isAtOrBelow(path: ByteString, folder: ByteString): boolean {
	return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** The inode at a path that begins with `/`. Links are not followed. */
export function lookUp(root: Directory, path: ByteString): Inode | undefined {
	let inode: Inode | undefined = root;
	for (const name of path.split('/')) {
		if (name === '') continue;
		if (inode?.type !== 'directory') return undefined;
		inode = inode.children.get(name);
	}
	return inode;
}

export function lookUpDirectory(root: Directory, path: ByteString): Directory | undefined {
	const inode = lookUp(root, path);
	return inode?.type === 'directory' ? inode : undefined;
}

/** Does nothing where there is no folder to put it in. */
export function addEntry(root: Directory, path: ByteString, inode: Inode): void {
	lookUpDirectory(root, parentPath(path))?.children.set(lastName(path), inode);
}

/** True when there was one. */
export function removeEntry(root: Directory, path: ByteString): boolean {
	return lookUpDirectory(root, parentPath(path))?.children.delete(lastName(path)) ?? false;
}

export function joinPath(folder: ByteString, name: ByteString): ByteString {
	return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** Every name in the tree with its inode, parents first; the root is `/`. */
export function* inodesWithPaths(
	inode: Inode,
	path: ByteString = '/',
): Generator<readonly [ByteString, Inode]> {
	yield [path, inode];
	if (inode.type !== 'directory') return;
	for (const [name, child] of inode.children) yield* inodesWithPaths(child, joinPath(path, name));
}

/** Deepest first, so that a folder comes after all that lies in it. */
export function byDepth(paths: Iterable<ByteString>): ByteString[] {
	const depth = (path: ByteString) => path.split('/').length;
	return [...paths].sort((a, b) => depth(b) - depth(a));
}

export function isDevice(inode: Inode): boolean {
	return inode.type === 'character' || inode.type === 'block';
}
