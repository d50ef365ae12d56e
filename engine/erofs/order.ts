import {Refused} from '../errors.ts';
import type {ByteString, Device, Directory, Inode, Leaf} from '../tree/tree.ts';
import {limits, stubNames} from './format.ts';
import {type DirectoryEntry, ImageInode} from './image-inode.ts';

/**
 * All inodes of an image in file order: breadth first from the root, the names of a directory
 * ascending. A hard link leads to its inode, which stands at one of its names: at the recorded one
 * where that is followed, else at the first in depth-first order.
 * The root has a stub for every object folder whose name it does not have.
 * @throws Refused for names that no directory can hold
 */
export function orderInodes(root: Directory, followRecorded: boolean): ImageInode[] {
	const order = [survey(root, followRecorded)];
	// The list is its own queue.
	for (const {entries = []} of order) {
		for (const entry of entries) {
			const {inode} = entry;
			if (inode.home !== entry) continue;
			inode.position = order.length;
			order.push(inode);
		}
	}
	return order;
}

/** A directory that the walk is in, and how far it has come. */
interface Visit {
	readonly directory: Directory;
	readonly inode: ImageInode;
	readonly entries: readonly DirectoryEntry[];
	next: number;
}

/** Makes the image's inodes, depth first; with its own stack, since a tree may be deep. */
function survey(root: Directory, followRecorded: boolean): ImageInode {
	const leaves = new Map<Leaf, ImageInode>();
	const rootInode = new ImageInode(root);
	const visits = [enter(root, rootInode, rootInode, leaves)];
	for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
		const entry = visit.entries[visit.next++];
		if (entry === undefined) {
			visits.pop();
			continue;
		}
		const {name, inode} = entry;
		if (name === '.' || name === '..') continue;
		if (inode.source.type === 'directory') {
			inode.home = entry;
			visit.inode.links++;
			visits.push(enter(inode.source, inode, visit.inode, leaves));
		} else if (followRecorded && inode.source.recorded !== undefined) {
			const {directory, name: recordedName, links} = inode.source.recorded;
			inode.links = links;
			const isRecorded = directory === visit.directory && recordedName === name;
			if (inode.home === undefined || isRecorded) inode.home = entry;
		} else {
			inode.links++;
			inode.home ??= entry;
		}
	}
	return rootInode;
}

/** Gives a directory its entries. */
function enter(
	directory: Directory,
	inode: ImageInode,
	parent: ImageInode,
	leaves: Map<Leaf, ImageInode>,
): Visit {
	const entries: DirectoryEntry[] = [
		{name: '.', inode},
		{name: '..', inode: parent},
	];
	if (inode === parent) entries.push(...objectFolderStubs(directory));
	for (const [name, child] of directory.children) {
		checkName(name);
		entries.push({name, inode: imageInodeOf(child, leaves)});
	}
	entries.sort((a, b) => (a.name < b.name ? -1 : 1));
	inode.entries = entries;
	return {directory, inode, entries, next: 0};
}

/** An inode of its own for a directory; for all else the one that earlier names lead to. */
function imageInodeOf(source: Inode, leaves: Map<Leaf, ImageInode>): ImageInode {
	if (source.type === 'directory') return new ImageInode(source);
	let inode = leaves.get(source);
	if (inode === undefined) {
		inode = new ImageInode(source);
		leaves.set(source, inode);
	}
	return inode;
}

/**
 * Whiteouts over the object folders: were the object store stacked below the image as an ordinary
 * layer, they would show up in the root otherwise.
 */
function objectFolderStubs(root: Directory): DirectoryEntry[] {
	const {uid, gid, mtimeSec, mtimeNsec} = root;
	const label = root.xattrs?.get('security.selinux');
	const xattrs = label && new Map([['security.selinux', label]]);
	const metadata = {mode: 0o644, uid, gid, mtimeSec, mtimeNsec, xattrs};
	const source: Device = {type: 'character', rdev: 0, ...metadata};
	return [...stubNames]
		.filter((name) => !root.children.has(name))
		.map((name) => {
			const inode = new ImageInode(source);
			inode.isStub = true;
			return {name, inode};
		});
}

function checkName(name: ByteString): void {
	if (name.length > limits.name)
		throw new Refused('image-limit', `a name of ${name.length} bytes: ${name.slice(0, 40)}…`, {
			hint: `Rename it to ${limits.name} bytes or fewer.`,
		});
	if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
		throw new Refused('image-limit', `not a name for a file: ${JSON.stringify(name)}`, {
			hint: 'Remove it from the tree.',
		});
}
