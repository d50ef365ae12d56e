import {verityDigest} from '../erofs/fs-verity.ts';
import {writeImage} from '../erofs/writer.ts';
import {Refused} from '../errors.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import type {FileContexts} from './file-contexts.ts';
import {type ReadContent, readFileContexts, relabel} from './selinux.ts';
import type {ByteString, Directory, Inode, Leaf} from './tree.ts';

/**
 * What makes one image of a container image, however it was unpacked, and a root file system of that:
 * the rules of composefs-rs, which bootc uses for sealed images. Sealing an image later changes no
 * digest so.
 */

/** Folders that a deployment has but whose content it never sees: kernels, and the physical root. */
const emptiedForBoot = ['boot', 'sysroot'] as const;
/** All top folders of an image whose content no deployment has. */
export const emptiedFolders: ReadonlySet<ByteString> = new Set(['run', ...emptiedForBoot]);
/** The only xattr that a tar of a container image keeps on every way. */
const keptXattr = 'security.capability';

/**
 * Leaves out, in place, what differs between the ways to unpack an image: the root's own metadata,
 * which few layers have, what a build left in /run, and all xattrs but capabilities.
 * @throws Refused `no-usr`
 */
export function transformForOci(root: Directory): void {
	const usr = directoryAt(root, 'usr');
	root.mode = usr.mode;
	root.uid = usr.uid;
	root.gid = usr.gid;
	root.mtimeSec = usr.mtimeSec;
	root.mtimeNsec = usr.mtimeNsec;
	root.xattrs = usr.xattrs;
	const run = root.children.get('run');
	if (run?.type === 'directory') {
		run.children.clear();
		run.mtimeSec = usr.mtimeSec;
		run.mtimeNsec = usr.mtimeNsec;
	}
	for (const inode of inodes(root)) {
		const value = inode.xattrs?.get(keptXattr);
		inode.xattrs = value && new Map([[keptXattr, value]]);
	}
}

/**
 * Makes, in place, a root file system of an image's tree: /boot and /sysroot are emptied, and all is
 * labelled as the image's own SELinux policy says.
 * @throws Refused `no-boot`, `no-sysroot`, `no-usr`, and what {@link readFileContexts} throws
 */
export async function transformForBoot(root: Directory, readContent: ReadContent): Promise<void> {
	prepareForBoot(root, await readFileContexts(root, readContent));
}

function prepareForBoot(root: Directory, contexts: FileContexts | undefined): void {
	const {mtimeSec} = directoryAt(root, 'usr');
	for (const name of emptiedForBoot) {
		const directory = directoryAt(root, name);
		directory.children.clear();
		// The nanoseconds stay: so does composefs-rs, and the digest depends on it.
		directory.mtimeSec = mtimeSec;
	}
	relabel(root, contexts);
}

export interface DeploymentImage {
	/** The composefs image; its name in the store is its digest. */
	readonly bytes: Buffer;
	/** In lower-case hex. */
	readonly verityDigest: string;
}

export interface DeployedTree extends DeploymentImage {
	/** What is in the image: the names of the tree that it was made of, labelled by its policy. */
	readonly tree: Directory;
}

/**
 * The composefs image of a deployment, as bootc computes it for sealed images. The tree is left as it
 * is; `readContent` is asked for files of it.
 */
export async function deploymentImage(
	root: Directory,
	algorithm: FsVerityAlgorithm,
	readContent: ReadContent,
): Promise<DeployedTree> {
	return finishDeployment(await prepareDeployment(root, readContent), algorithm);
}

/** A deployment's tree, made before it is known what the contents of its files are. */
export interface PreparedDeployment {
	readonly tree: Directory;
	/** The image's own, which it is a copy of. */
	readonly original: Directory;
	/** The policy that labels it; undefined when the image has none. */
	readonly contexts: FileContexts | undefined;
}

/** All of {@link deploymentImage} that needs no digest, and all that can be refused. */
export async function prepareDeployment(
	root: Directory,
	readContent: ReadContent,
): Promise<PreparedDeployment> {
	const contexts = await readFileContexts(root, readContent);
	const tree = copyTree(root);
	transformForOci(tree);
	prepareForBoot(tree, contexts);
	return {tree, original: root, contexts};
}

/** The image, when small contents and digests of all others are in the image's own tree. */
export function finishDeployment(
	{tree, original}: PreparedDeployment,
	algorithm: FsVerityAlgorithm,
): DeployedTree {
	copyContents(original, tree);
	const bytes = writeImage(tree, {flavour: 'rs', version: 1});
	return {bytes, verityDigest: verityDigest(bytes, algorithm), tree};
}

/** By their names: labels may have parted what was one file. */
function copyContents(root: Directory, copy: Directory): void {
	const pending = [{from: root, to: copy}];
	for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
		for (const [name, inode] of pair.to.children) {
			const original = pair.from.children.get(name);
			if (inode.type === 'directory' && original?.type === 'directory')
				pending.push({from: original, to: inode});
			if (inode.type !== 'file' || original?.type !== 'file') continue;
			inode.inline = original.inline;
			inode.verityDigest = original.verityDigest;
		}
	}
}

function directoryAt(root: Directory, name: ByteString): Directory {
	const inode = root.children.get(name);
	if (inode?.type === 'directory') return inode;
	const found = inode === undefined ? 'has no' : `has a ${inode.type} and no directory`;
	throw new Refused(`no-${name}`, `the image ${found} /${name}`, {
		hint: `Add 'RUN mkdir /${name}' to its Containerfile.`,
	});
}

/** Every inode of a tree once. */
function* inodes(root: Directory): Generator<Inode> {
	const seen = new Set<Leaf>();
	const pending = [root];
	for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
		yield directory;
		for (const inode of directory.children.values()) {
			if (inode.type === 'directory') pending.push(inode);
			else if (!seen.has(inode)) {
				seen.add(inode);
				yield inode;
			}
		}
	}
}

/**
 * A tree of other inodes; hard links stay hard links. Xattr maps and contents are shared, so they must
 * be replaced and not changed. What was recorded of the names is left out.
 */
export function copyTree(root: Directory): Directory {
	const leaves = new Map<Leaf, Leaf>();
	const copy: Directory = {...root, children: new Map()};
	const pending = [{from: root, to: copy}];
	for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
		for (const [name, inode] of pair.from.children) {
			if (inode.type === 'directory') {
				const directory = {...inode, children: new Map<ByteString, Inode>()};
				pair.to.children.set(name, directory);
				pending.push({from: inode, to: directory});
				continue;
			}
			let leaf = leaves.get(inode);
			if (leaf === undefined) {
				leaf = {...inode};
				delete leaf.recorded;
				leaves.set(inode, leaf);
			}
			pair.to.children.set(name, leaf);
		}
	}
	return copy;
}
