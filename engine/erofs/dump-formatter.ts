import type {ByteString, Directory, Inode, Leaf, RegularFile} from '../tree/tree.ts';
import {escapeField, escapeXattr} from './dump-escapes.ts';
import {fileType} from './format.ts';
import {objectPathOf} from './overlay.ts';

/** The name under which a leaf stands in a dump, and how many names it has. */
interface Names {
	path: ByteString;
	count: number;
}

/**
 * A tree as a dump, line by line, each with its newline: depth first, names ascending. What the tree
 * has recorded is given again; all else is counted. The sizes of directories are left at 0.
 * @see composefs-dump(5)
 */
export function* formatDump(root: Directory): Generator<string> {
	const names = new Map<Leaf, Names>();
	for (const {path, parent, name, inode} of walk(root)) {
		if (inode.type === 'directory') continue;
		const known = names.get(inode);
		const isRecorded = inode.recorded?.directory === parent && inode.recorded?.name === name;
		if (known === undefined) names.set(inode, {path, count: 1});
		else {
			known.count++;
			if (isRecorded) known.path = path;
		}
	}
	for (const {path, inode} of walk(root)) {
		const leafNames = inode.type === 'directory' ? undefined : names.get(inode);
		if (leafNames !== undefined && leafNames.path !== path)
			yield formatLink(path, inode, leafNames.path);
		else yield formatInode(path, inode, leafNames?.count ?? 0);
	}
}

interface Step {
	readonly path: ByteString;
	readonly parent: Directory | undefined;
	readonly name: ByteString;
	readonly inode: Inode;
}

/** Every name of a tree with its path; the stack is its own, since a tree may be deep. */
function* walk(root: Directory): Generator<Step> {
	const stack: Step[] = [{path: '/', parent: undefined, name: '', inode: root}];
	for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
		yield step;
		const {inode, path} = step;
		if (inode.type !== 'directory') continue;
		const prefix = path === '/' ? path : `${path}/`;
		for (const name of [...inode.children.keys()].sort().reverse()) {
			const child = inode.children.get(name);
			if (child !== undefined) stack.push({path: prefix + name, parent: inode, name, inode: child});
		}
	}
}

function formatLink(path: ByteString, inode: Inode, target: ByteString): string {
	const mode = (fileType[inode.type] | inode.mode).toString(8);
	return `${escapeField(path)} 0 @${mode} - - - - 0.0 ${escapeField(target)} - -\n`;
}

function formatInode(path: ByteString, inode: Inode, names: number): string {
	const {type, uid, gid, mtimeSec, mtimeNsec, xattrs} = inode;
	const fields = [
		escapeField(path),
		sizeOf(inode),
		(fileType[type] | inode.mode).toString(8),
		inode.type === 'directory' ? directoryLinks(inode) : (inode.recorded?.links ?? names),
		uid,
		gid,
		type === 'character' || type === 'block' ? inode.rdev : 0,
		`${mtimeSec}.${mtimeNsec}`,
		...formatContent(inode),
	];
	for (const [key, value] of [...(xattrs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))
		fields.push(`${escapeXattr(key)}=${escapeXattr(value.toString('latin1'))}`);
	return `${fields.join(' ')}\n`;
}

function sizeOf(inode: Inode): number {
	if (inode.type === 'file') return inode.size;
	if (inode.type === 'symlink') return inode.target.length;
	return inode.type === 'directory' ? 0 : (inode.recorded?.size ?? 0);
}

function directoryLinks({children}: Directory): number {
	let links = 2;
	for (const child of children.values()) if (child.type === 'directory') links++;
	return links;
}

/** PAYLOAD, CONTENT and DIGEST. */
function formatContent(inode: Inode): string[] {
	if (inode.type === 'symlink') return [escapeField(inode.target), '-', '-'];
	if (inode.type !== 'file') return ['-', '-', '-'];
	const {inline, verityDigest} = inode;
	const payload = payloadOf(inode);
	return [
		payload === '' ? '-' : escapeField(payload),
		inline === undefined || inline.length === 0 ? '-' : escapeField(inline.toString('latin1')),
		verityDigest ?? '-',
	];
}

function payloadOf({size, inline, verityDigest, objectPath}: RegularFile): ByteString {
	if (size === 0 || inline !== undefined) return '';
	return objectPath ?? (verityDigest === undefined ? '' : objectPathOf(verityDigest));
}
