import {damagedEntry} from '../tar/damage.ts';
import {emptyDirectory} from '../tree/empty-directory.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString, Directory, Inode, Metadata} from '../tree/tree.ts';
import type {LayerChanges, LayerEntry, PlacedWhiteout} from './layer-changes.ts';

/**
 * Changes the tree of the lower layers to that with one layer more. Whiteouts go first, so the order
 * in the tar is of no matter to them. A directory over a directory keeps its children; all else
 * replaces what is there. Never follows a symlink. After an error the tree is of no more use.
 * @throws DamagedInput for entries that contradict each other or lead through a symlink
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
 */
export function applyChanges(root: Directory, changes: LayerChanges): void {
	const blocked = hide(root, changes.whiteouts);
	const layer = new LayerOnTree(root);
	for (const entry of changes.entries) layer.place(entry);
	// The layer itself may have put a directory where a whiteout found something else.
	for (const {directory, offset} of blocked) {
		const {at} = walk(root, directory);
		if (at !== undefined && at.type !== 'directory')
			throw damagedEntry({offset, name: directory}, `a whiteout leads through a ${at.type}`);
	}
}

/**
 * Removes what whiteouts hide. Gives those that have something other than a directory in their way;
 * all are looked up before any is obeyed, so that their order is of no matter here either.
 */
function hide(root: Directory, whiteouts: readonly PlacedWhiteout[]): PlacedWhiteout[] {
	const found = whiteouts.map((whiteout) => ({whiteout, at: walk(root, whiteout.directory).at}));
	const blocked: PlacedWhiteout[] = [];
	for (const {whiteout, at} of found) {
		if (at === undefined) continue;
		if (at.type !== 'directory') blocked.push(whiteout);
		else if (whiteout.name === undefined) at.children.clear();
		else at.children.delete(whiteout.name);
	}
	return blocked;
}

/**
 * Follows a path through directories. Gives the inode there, the first that is not a directory and
 * stops the walk, or nothing where a name is missing.
 */
function walk(root: Directory, path: ByteString): {at: Inode | undefined; isWhole: boolean} {
	if (path === '') return {at: root, isWhole: true};
	let at: Inode = root;
	for (const part of path.split('/')) {
		if (at.type !== 'directory') return {at, isWhole: false};
		const child: Inode | undefined = at.children.get(part);
		if (child === undefined) return {at: undefined, isWhole: false};
		at = child;
	}
	return {at, isWhole: true};
}

class LayerOnTree {
	readonly #root: Directory;
	readonly #placed = new Map<ByteString, LayerEntry>();
	/** Directories that this layer put something into, so that it may not replace them. */
	readonly #used = new Set<Directory>();
	#lastParent: {readonly path: ByteString; readonly directory: Directory} | undefined;

	constructor(root: Directory) {
		this.#root = root;
	}

	place(entry: LayerEntry): void {
		const {path, node} = entry;
		const twin = this.#placed.get(path);
		if (twin !== undefined) {
			if (isSameDirectory(node, twin.node)) return;
			throw damaged(entry, 'it is in the layer twice');
		}
		this.#placed.set(path, entry);
		if (path === '') {
			if (node.type !== 'directory') throw damaged(entry, `the root is a ${node.type}`);
			setMetadata(this.#root, node);
			return;
		}
		const slash = path.lastIndexOf('/');
		const parent = this.#parent(entry, slash === -1 ? '' : path.slice(0, slash));
		this.#set(parent, path.slice(slash + 1), entry);
	}

	#set(parent: Directory, name: ByteString, entry: LayerEntry): void {
		const {node} = entry;
		const existing = parent.children.get(name);
		if (node.type === 'directory' && existing?.type === 'directory') {
			setMetadata(existing, node);
			return;
		}
		if (existing?.type === 'directory' && this.#used.has(existing))
			throw damaged(entry, `it is a ${node.type}, but the layer has entries below it`);
		const inode = node.type === 'hardlink' ? this.#linked(entry, node.target) : node;
		parent.children.set(name, inode);
	}

	/** Finds the directory that an entry goes into, and makes what is missing of it. */
	#parent(entry: LayerEntry, path: ByteString): Directory {
		if (this.#lastParent?.path === path) return this.#lastParent.directory;
		let directory = this.#root;
		this.#used.add(directory);
		for (const part of path === '' ? [] : path.split('/')) {
			let child = directory.children.get(part);
			if (child === undefined) {
				child = emptyDirectory();
				directory.children.set(part, child);
			}
			if (child.type !== 'directory')
				throw damaged(entry, `its path leads through a ${child.type}, ${printable(part)}`);
			directory = child;
			this.#used.add(directory);
		}
		this.#lastParent = {path, directory};
		return directory;
	}

	#linked(entry: LayerEntry, target: ByteString): Inode {
		const shown = `the target of its hard link, ${printable(target)},`;
		if (target === entry.path) throw damaged(entry, 'it is a hard link to itself');
		const {at, isWhole} = walk(this.#root, target);
		if (at === undefined) throw damaged(entry, `${shown} does not exist`);
		if (!isWhole) throw damaged(entry, `${shown} leads through a ${at.type}`);
		if (at.type === 'directory') throw damaged(entry, `${shown} is a directory`);
		return at;
	}
}

function damaged({path, offset}: LayerEntry, problem: string) {
	return damagedEntry({offset, name: path}, problem);
}

function setMetadata(directory: Directory, from: Metadata): void {
	const {mode, uid, gid, mtimeSec, mtimeNsec, xattrs} = from;
	Object.assign(directory, {mode, uid, gid, mtimeSec, mtimeNsec, xattrs});
}

function isSameDirectory(a: LayerEntry['node'], b: LayerEntry['node']): boolean {
	if (a.type !== 'directory' || b.type !== 'directory') return false;
	const isSameOwner = a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
	const isSameTime = a.mtimeSec === b.mtimeSec && a.mtimeNsec === b.mtimeNsec;
	return isSameOwner && isSameTime && hasSameXattrs(a, b);
}

function hasSameXattrs({xattrs: a}: Metadata, {xattrs: b}: Metadata): boolean {
	if ((a?.size ?? 0) !== (b?.size ?? 0)) return false;
	return [...(a ?? [])].every(([key, value]) => b?.get(key)?.equals(value));
}
