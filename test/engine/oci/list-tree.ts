import type {Directory, Inode} from '../../../engine/tree/tree.ts';

/** A line for each inode: path, type, mode and owner where they are not plain, content or target. */
export function listTree(root: Directory): string[] {
	const names = new Map<Inode, string>();
	const list = (directory: Directory, prefix: string): string[] =>
		[...directory.children].flatMap(([name, inode]) => {
			const path = `${prefix}${name}`;
			const first = names.get(inode);
			if (first !== undefined) return [`${path} = ${first}`];
			names.set(inode, path);
			const below = inode.type === 'directory' ? list(inode, `${path}/`) : [];
			return [[path, ...describe(inode)].join(' '), ...below];
		});
	return list(root, '');
}

function describe(inode: Inode): string[] {
	const plainMode = inode.type === 'directory' ? 0o755 : 0o644;
	const details = inode.mode === plainMode ? [] : [inode.mode.toString(8)];
	if (inode.uid !== 0 || inode.gid !== 0) details.push(`${inode.uid}:${inode.gid}`);
	switch (inode.type) {
		case 'file':
			return [...details, inode.inline?.toString('latin1') ?? inode.verityDigest ?? 'empty'];
		case 'symlink':
			return [...details, `-> ${inode.target}`];
		case 'character':
		case 'block':
			return [inode.type, ...details, `${inode.rdev}`];
		case 'directory':
			return ['/', ...details];
		default:
			return [inode.type, ...details];
	}
}
