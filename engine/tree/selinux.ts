import {Refused} from '../errors.ts';
import {
	type FileContext,
	type FileContexts,
	findLabel,
	parseAliases,
	parseFileContexts,
	specsBelow,
} from './file-contexts.ts';
import type {ByteString, Directory, Inode, Leaf, Metadata, RegularFile} from './tree.ts';

const labelKey = 'security.selinux';
const configPath = '/etc/selinux/config';

/** Gives the content of a file of the tree that is not in the tree itself. */
export type ReadContent = (file: RegularFile) => Buffer | Promise<Buffer>;

/**
 * The labels that an image's own policy gives; undefined when the image has none.
 * @throws DamagedInput for a policy that cannot be understood, Refused for one that is not there in whole
 */
export async function readFileContexts(
	root: Directory,
	readContent: ReadContent,
): Promise<FileContexts | undefined> {
	const read = async (path: ByteString) => {
		const file = findFile(root, path);
		if (file === undefined) return undefined;
		const content = file.size === 0 ? '' : (file.inline ?? (await readContent(file)));
		return content.toString('latin1');
	};
	const config = await read(configPath);
	const policy = config === undefined ? undefined : parsePolicyName(config);
	if (policy === undefined) return undefined;
	const base = `/etc/selinux/${policy}/contexts/files/file_contexts`;
	const specs: FileContext[] = [];
	for (const path of [base, `${base}.local`, `${base}.homedirs`]) {
		const text = await read(path);
		if (text === undefined && path === base)
			throw new Refused('no-selinux-policy', `${configPath} names a policy without ${base}`, {
				hint: 'Install the policy in the image, or remove /etc/selinux/config.',
			});
		specs.push(...parseFileContexts(text ?? '', path));
	}
	const aliases = new Map<ByteString, ByteString>();
	for (const path of [`${base}.subs`, `${base}.subs_dist`])
		parseAliases((await read(path)) ?? '', path, aliases);
	return {specs: specs.reverse(), aliases};
}

/** The value of the first `SELINUXTYPE=`. */
function parsePolicyName(config: ByteString): string | undefined {
	for (const line of config.split('\n')) {
		const [key = '', ...value] = line.split('=');
		if (key.trim().toUpperCase() === 'SELINUXTYPE' && value.length > 0)
			return value.join('=').trim();
	}
	return undefined;
}

/** Links are not followed: where a policy is one, its place is not certain. */
function findFile(root: Directory, path: ByteString): RegularFile | undefined {
	let inode: Inode | undefined = root;
	for (const name of path.slice(1).split('/')) {
		if (inode.type !== 'directory') throw notPlain(path, inode.type);
		inode = inode.children.get(name);
		if (inode === undefined) return undefined;
	}
	if (inode.type !== 'file') throw notPlain(path, inode.type);
	return inode;
}

function notPlain(path: ByteString, type: Inode['type']): Refused {
	return new Refused('no-selinux-policy', `a ${type} on the way to ${path}`, {
		hint: 'The SELinux policy of an image must be plain files in plain folders.',
	});
}

/** The first one's attributes with the label of the second one; without a label when that has none. */
export function withLabelOf(
	{xattrs: own}: Pick<Metadata, 'xattrs'>,
	{xattrs: labelled}: Pick<Metadata, 'xattrs'>,
): Metadata['xattrs'] {
	const xattrs = new Map(own);
	const label = labelled?.get(labelKey);
	if (label === undefined) xattrs.delete(labelKey);
	else xattrs.set(labelKey, label);
	return xattrs.size > 0 ? xattrs : undefined;
}

/**
 * Labels a whole tree, in place. A path without a label loses the one that it had; so do all when the
 * image has no policy. Hard links whose names would have different labels are parted: the first name in
 * depth-first order and all with its label keep the inode, every other gets one of its own.
 */
export function relabel(root: Directory, contexts: FileContexts | undefined): void {
	new Labeller(contexts ?? {specs: [], aliases: new Map()}).label(root);
}

/** A directory that the walk is in. */
interface Visit {
	readonly directory: Directory;
	/** By which it is labelled: an alias is another than its own. */
	readonly path: ByteString;
	/** All that can match below it; narrowed on the way down. */
	readonly specs: readonly FileContext[];
	/** Those not yet labelled, the next one last. */
	readonly names: ByteString[];
}

class Labeller {
	readonly #contexts: FileContexts;
	readonly #labels = new Map<Leaf, ByteString | undefined>();
	readonly #values = new Map<ByteString, Buffer>();

	constructor(contexts: FileContexts) {
		this.#contexts = contexts;
	}

	/** With a stack of its own, since a tree may be deep. */
	label(root: Directory): void {
		this.#setLabel(root, findLabel(this.#contexts.specs, '/', 'directory'));
		const visits = [this.#enter(root, '/', this.#contexts.specs)];
		for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
			const name = visit.names.pop();
			const inode = name === undefined ? undefined : visit.directory.children.get(name);
			if (name === undefined || inode === undefined) {
				visits.pop();
				continue;
			}
			const own = visit.path.endsWith('/') ? visit.path + name : `${visit.path}/${name}`;
			const original = this.#contexts.aliases.get(own);
			const path = original ?? own;
			const specs = original === undefined ? visit.specs : this.#contexts.specs;
			const label = findLabel(specs, path, inode.type);
			if (inode.type === 'directory') {
				this.#setLabel(inode, label);
				visits.push(this.#enter(inode, path, specs));
			} else visit.directory.children.set(name, this.#labelLeaf(inode, label));
		}
	}

	#enter(directory: Directory, path: ByteString, specs: readonly FileContext[]): Visit {
		const names = [...directory.children.keys()].sort().reverse();
		return {directory, path, specs: specsBelow(specs, path), names};
	}

	/** @returns the leaf, or another where one of its names has another label already */
	#labelLeaf(leaf: Leaf, label: ByteString | undefined): Leaf {
		const isOther = this.#labels.has(leaf) && this.#labels.get(leaf) !== label;
		const own = isOther ? {...leaf} : leaf;
		this.#labels.set(own, label);
		this.#setLabel(own, label);
		return own;
	}

	#setLabel(inode: Inode, label: ByteString | undefined): void {
		// The map may be another inode's too, so it is replaced, not changed.
		const xattrs = new Map(inode.xattrs);
		xattrs.delete(labelKey);
		if (label !== undefined) xattrs.set(labelKey, this.#valueOf(label));
		inode.xattrs = xattrs.size > 0 ? xattrs : undefined;
	}

	#valueOf(label: ByteString): Buffer {
		const known = this.#values.get(label);
		const value = known ?? Buffer.from(label, 'latin1');
		if (known === undefined) this.#values.set(label, value);
		return value;
	}
}
