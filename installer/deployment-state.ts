import {deploymentsFolder} from '../engine/deployment/state-directory.ts';
import type {ByteString, Directory, Inode, Metadata} from '../engine/tree/tree.ts';
import {walkTree} from '../engine/tree/walk.ts';
import type {StateEntry} from './content.ts';
import type {FileSources} from './hashed-tree.ts';

/** Of folders that slipway makes; their time says nothing, and so it is the same on every disk. */
const folderMetadata: Metadata = {
	mode: 0o755,
	uid: 0,
	gid: 0,
	mtimeSec: 0,
	mtimeNsec: 0,
	xattrs: undefined,
};

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
	return [
		folder('state'),
		folder('state/deploy'),
		folder(deployment),
		file(`${deployment}/origin.json`, Buffer.from(originText)),
		folder(`${deployment}/etc`),
		// The upper layer's root is what the merged /etc shows.
		folder(`${deployment}/etc/upper`, root.children.get('etc')),
		folder(`${deployment}/etc/work`),
		folder('state/os'),
		folder('state/os/default'),
		...copyTree(root.children.get('var'), 'state/os/default/var', sources),
	];
}

function folder(path: ByteString, metadata: Metadata = folderMetadata): StateEntry {
	return {
		path,
		inode: {...metadataOf(metadata), type: 'directory', children: new Map()},
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
	for (const [place, inode] of walkTree(tree, path)) {
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
