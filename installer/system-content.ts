import {deploymentsFolder} from '../engine/deployment/state-directory.ts';
import type {HashedFile} from '../engine/store/hash-files.ts';
import type {ScannedFile} from '../engine/tree/scan.ts';
import type {ByteString, Directory, Inode, Metadata, RegularFile} from '../engine/tree/tree.ts';
import type {ContentObject, FileSource, StateEntry} from './content.ts';

/** Folders of an image whose content no deployment has: it is emptied there, see tree/transform.ts. */
const emptied: ReadonlySet<ByteString> = new Set(['run', 'boot', 'sysroot']);

/** Of folders that slipway makes; their time says nothing, and so it is the same on every disk. */
const folderMetadata: Metadata = {
	mode: 0o755,
	uid: 0,
	gid: 0,
	mtimeSec: 0,
	mtimeNsec: 0,
	xattrs: undefined,
};

/** Where the content of each file of an image can be read; keyed by the inode in its tree. */
export type FileSources = ReadonlyMap<RegularFile, FileSource>;

/** Puts what hashing found into the tree, and gives the objects that the tree needs. */
export function fillTree(
	root: Directory,
	files: readonly ScannedFile[],
	hashed: readonly HashedFile[],
): {readonly objects: Map<string, ContentObject>; readonly sources: FileSources} {
	const sources = new Map<RegularFile, FileSource>();
	const found = new Map<RegularFile, ContentObject>();
	for (const [index, {path, inode}] of files.entries()) {
		const content = hashed[index];
		if (content === undefined) continue;
		inode.inline = content.inline;
		inode.verityDigest = content.verityDigest;
		const source: FileSource =
			content.inline === undefined ? {kind: 'path', path} : {kind: 'bytes', bytes: content.inline};
		sources.set(inode, source);
		if (content.verityDigest !== undefined)
			found.set(inode, {size: inode.size, source, merkleTree: content.merkleTree});
	}
	return {objects: objectsOf(root, found), sources};
}

function objectsOf(
	root: Directory,
	found: ReadonlyMap<RegularFile, ContentObject>,
): Map<string, ContentObject> {
	const objects = new Map<string, ContentObject>();
	for (const [name, child] of root.children) {
		if (emptied.has(name)) continue;
		for (const [, inode] of walk(name, child)) {
			const object = inode.type === 'file' ? found.get(inode) : undefined;
			if (inode.type !== 'file' || inode.verityDigest === undefined || object === undefined)
				continue;
			if (!objects.has(inode.verityDigest)) objects.set(inode.verityDigest, object);
		}
	}
	return objects;
}

/**
 * What lies beside the store on a physical root with one deployment: its origin, an empty upper layer
 * of /etc, and the machine's /var as the image has it.
 */
export function deploymentState(
	root: Directory,
	sources: FileSources,
	{id, originText}: {readonly id: string; readonly originText: string},
): StateEntry[] {
	const deployment = `${deploymentsFolder}/${id}`;
	const etc = root.children.get('etc') ?? {
		...folderMetadata,
		type: 'directory',
		children: new Map(),
	};
	return [
		folder('state'),
		folder('state/deploy'),
		folder(deployment),
		file(`${deployment}/origin.json`, Buffer.from(originText)),
		folder(`${deployment}/etc`),
		// The upper layer's root is what the merged /etc shows.
		{
			path: `${deployment}/etc/upper`,
			inode: {...metadataOf(etc), type: 'directory', children: new Map()},
			source: undefined,
		},
		folder(`${deployment}/etc/work`),
		folder('state/os'),
		folder('state/os/default'),
		...copyTree(root.children.get('var'), 'state/os/default/var', sources),
	];
}

function folder(path: ByteString): StateEntry {
	return {
		path,
		inode: {...folderMetadata, type: 'directory', children: new Map()},
		source: undefined,
	};
}

function file(path: ByteString, bytes: Buffer): StateEntry {
	return {
		path,
		inode: {
			...folderMetadata,
			type: 'file',
			mode: 0o644,
			size: bytes.length,
			inline: undefined,
			verityDigest: undefined,
		},
		source: {kind: 'bytes', bytes},
	};
}

function* copyTree(
	tree: Inode | undefined,
	path: ByteString,
	sources: FileSources,
): Generator<StateEntry, void> {
	if (tree === undefined) {
		yield folder(path);
		return;
	}
	const first = new Map<Inode, ByteString>();
	for (const [place, inode] of walk(path, tree)) {
		const target = first.get(inode);
		if (target !== undefined) {
			yield {
				path: place,
				inode: {...metadataOf(inode), type: 'hardlink', target},
				source: undefined,
			};
			continue;
		}
		first.set(inode, place);
		yield {path: place, inode, source: inode.type === 'file' ? sources.get(inode) : undefined};
	}
}

function metadataOf({mode, uid, gid, mtimeSec, mtimeNsec, xattrs}: Metadata): Metadata {
	return {mode, uid, gid, mtimeSec, mtimeNsec, xattrs};
}

/** Parents before children, names in byte order, without recursion: depth is the image's. */
function* walk(path: ByteString, inode: Inode): Generator<[path: ByteString, inode: Inode], void> {
	const pending: [ByteString, Inode][] = [[path, inode]];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		yield next;
		const [place, {type}] = next;
		if (type !== 'directory') continue;
		const names = [...(next[1] as Directory).children].sort(([a], [b]) => (a < b ? 1 : -1));
		for (const [name, child] of names) pending.push([`${place}/${name}`, child]);
	}
}
