import {deploymentsFolder} from '../engine/deployment/state-directory.ts';
import {withLabelOf} from '../engine/tree/selinux.ts';
import type {DeployedTree} from '../engine/tree/transform.ts';
import type {ByteString, Directory, Inode, Metadata} from '../engine/tree/tree.ts';
import {walkTree} from '../engine/tree/walk.ts';
import type {MachineTree} from './bootstrap/machine-files.ts';
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

/** The machine's /var on its physical root. */
export const varFolder = 'state/os/default/var';

/** An image as it was read, and what a deployment makes of it. */
export interface DeployedSource {
	readonly root: Directory;
	readonly sources: FileSources;
	readonly image: Pick<DeployedTree, 'tree'>;
}

export interface NewDeploymentState {
	readonly id: string;
	readonly originText: string;
	readonly machine: MachineTree;
}

/**
 * What lies beside the store on a physical root with one deployment: its origin, the upper layer of
 * /etc, and the machine's /var as the image has it; in both of them what the machine has of its own. SELinux labels are those of the deployment: what
 * the files had in a container says nothing about the machine.
 */
export function deploymentState(
	{root, sources, image}: DeployedSource,
	{id, originText, machine}: NewDeploymentState,
): StateEntry[] {
	const deployment = `${deploymentsFolder}/${id}`;
	const deployed = image.tree.children;
	const {etc, var: ownVar} = Object.fromEntries(machine.root.children);
	const allSources = new Map([...sources, ...machine.sources]);
	return [
		stateFolder('state'),
		stateFolder('state/deploy'),
		stateFolder(deployment),
		stateFile(`${deployment}/origin.json`, Buffer.from(originText)),
		stateFolder(`${deployment}/etc`),
		// The upper layer's root is what the merged /etc shows.
		stateFolder(
			`${deployment}/etc/upper`,
			relabelled(root.children.get('etc'), deployed.get('etc')),
		),
		...below(etc, `${deployment}/etc/upper`, machine.sources),
		stateFolder(`${deployment}/etc/work`),
		stateFolder('state/os'),
		stateFolder('state/os/default'),
		...copyTree(
			overlaid(root.children.get('var'), ownVar),
			overlaid(deployed.get('var'), ownVar),
			allSources,
		),
	];
}

/** A folder of slipway's own. */
export function stateFolder(path: ByteString, metadata: Metadata = folderMetadata): StateEntry {
	return {
		path,
		inode: {...metadataOf(metadata), type: 'directory', children: new Map()},
		source: undefined,
	};
}

/** A file that everybody may read. */
export function stateFile(path: ByteString, bytes: Buffer): StateEntry {
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

function* below(
	tree: Inode | undefined,
	target: ByteString,
	sources: FileSources,
): Generator<StateEntry, void> {
	if (tree === undefined) return;
	for (const [path, inode] of walkTree(tree, target)) {
		if (inode === tree) continue;
		yield {path, inode, source: inode.type === 'file' ? sources.get(inode) : undefined};
	}
}

/** The image's tree with another over it; of folders in both the metadata is the upper's. */
function overlaid(image: Inode | undefined, upper: Inode | undefined): Inode | undefined {
	if (upper === undefined) return image;
	if (image?.type !== 'directory' || upper.type !== 'directory') return upper;
	const children = new Map(image.children);
	for (const [name, inode] of upper.children) {
		const both = overlaid(image.children.get(name), inode);
		if (both !== undefined) children.set(name, both);
	}
	return {...upper, children};
}

/** Names that share an inode but not a label are parted, as in the deployment. */
function* copyTree(
	tree: Inode | undefined,
	deployed: Inode | undefined,
	sources: FileSources,
): Generator<StateEntry, void> {
	const target = varFolder;
	if (tree === undefined || deployed === undefined) {
		yield stateFolder(target);
		return;
	}
	const labelled = new Map(walkTree(deployed, target));
	const first = new Map<Inode, ByteString>();
	for (const [path, inode] of walkTree(tree, target)) {
		const other = labelled.get(path) ?? inode;
		const copied = relabelled(inode, other);
		const linked = first.get(other);
		if (linked === undefined) {
			first.set(other, path);
			const source = inode.type === 'file' ? sources.get(inode) : undefined;
			yield {path, inode: copied, source};
		} else {
			const link = {...metadataOf(copied), type: 'hardlink', target: linked} as const;
			yield {path, inode: link, source: undefined};
		}
	}
}

function relabelled<One extends Inode>(inode: One, deployed: Inode): One;
function relabelled(inode: Inode | undefined, deployed: Inode | undefined): Inode | undefined;
function relabelled(inode: Inode | undefined, deployed: Inode | undefined): Inode | undefined {
	if (inode === undefined || deployed === undefined) return inode;
	return {...inode, xattrs: withLabelOf(inode, deployed)};
}

function metadataOf({mode, uid, gid, mtimeSec, mtimeNsec, xattrs}: Metadata): Metadata {
	return {mode, uid, gid, mtimeSec, mtimeNsec, xattrs};
}
