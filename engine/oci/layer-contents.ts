import type {ContentSink, ContentWriter} from '../store/content-sink.ts';
import {DigestSink} from '../store/digest-sink.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import type {Directory, Inode, RegularFile} from '../tree/tree.ts';
import {applyLayers} from './apply-layers.ts';
import type {Image} from './image.ts';

/** Below this lie the few files whose content a deployment's tree depends on. */
const neededFolder = ['etc', 'selinux'];
/** A policy's file contexts are well below it. */
const maxKeptSize = 16 << 20;

/**
 * Gives contents of an image whose tree was made without keeping any. The first call reads the layers
 * once more; images without an SELinux policy never need it.
 */
export function layerContents(
	image: Image,
	root: Directory,
	algorithm: FsVerityAlgorithm,
): (file: RegularFile) => Promise<Buffer> {
	let reading: Promise<DigestSink> | undefined;
	return async ({verityDigest = ''}) => {
		reading ??= readAgain(image, sizesOfNeeded(root), algorithm);
		const content = (await reading).kept(verityDigest);
		if (content === undefined) throw new RangeError(`content ${verityDigest} is not kept`);
		return content;
	};
}

async function readAgain(
	image: Image,
	sizes: ReadonlySet<number>,
	algorithm: FsVerityAlgorithm,
): Promise<DigestSink> {
	const kept = new DigestSink(algorithm, {keepUpTo: maxKeptSize});
	// A layer says a file's size before its content: most need not even be hashed.
	const sink: ContentSink = {begin: (size) => (sizes.has(size) ? kept.begin(size) : discarding)};
	await applyLayers(image, sink);
	return kept;
}

const discarding: ContentWriter = {
	write: () => {},
	end: () => ({inline: Buffer.alloc(0)}),
};

function sizesOfNeeded(root: Directory): Set<number> {
	const sizes = new Set<number>();
	let folder: Directory | undefined = root;
	for (const name of neededFolder) {
		const child: Inode | undefined = folder?.children.get(name);
		folder = child?.type === 'directory' ? child : undefined;
	}
	const pending = folder === undefined ? [] : [folder];
	for (let next = pending.pop(); next !== undefined; next = pending.pop())
		for (const inode of next.children.values()) {
			if (inode.type === 'directory') pending.push(inode);
			else if (inode.type === 'file') sizes.add(inode.size);
		}
	return sizes;
}
