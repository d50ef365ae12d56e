import {verityAlgorithmOf, verityDigest} from '../../engine/erofs/fs-verity.ts';
import {DamagedInput} from '../../engine/errors.ts';
import type {ImageReader} from '../../engine/image-reader.ts';
import {objectPath, storeLayout} from '../../engine/store/layout.ts';
import {followPath} from '../../engine/tree/follow-path.ts';
import type {ByteString, Directory} from '../../engine/tree/tree.ts';
import {storeName} from '../sink/root-files.ts';
import type {Ext4Contents} from './ext4/read-ext4.ts';
import {type Medium, readAt, type Stretch} from './medium/medium.ts';
import {storedContent} from './stored-content.ts';

/** The physical root of a disk, whose files can be read. */
export interface DiskRoot {
	readonly contents: Ext4Contents;
	/** All of a regular file; undefined when there is none, it is longer than that, or not all there. */
	read(path: ByteString, limit: number): Buffer | undefined;
	/** The same piece by piece, however long it is; nothing where there is none. */
	pieces(path: ByteString): Generator<Buffer, void>;
}

const pieceSize = 1 << 20;

export function diskRoot(medium: Medium, contents: Ext4Contents): DiskRoot {
	return {
		contents,
		read(path, limit) {
			const stretches = stretchesOf(path, limit);
			return stretches && Buffer.concat(stretches.map((stretch) => readAt(medium, stretch)));
		},
		*pieces(path) {
			for (const {offset, length} of stretchesOf(path, Number.POSITIVE_INFINITY) ?? [])
				for (let done = 0; done < length; done += pieceSize)
					yield readAt(medium, {
						offset: offset + done,
						length: Math.min(pieceSize, length - done),
					});
		},
	};

	function stretchesOf(path: ByteString, limit: number): readonly Stretch[] | undefined {
		const node = contents.nodes.get(path);
		if (node?.type !== 'file' || node.size > limit) return undefined;
		const stored = storedContent(contents, node);
		return typeof stored === 'string' ? undefined : stored.content;
	}
}

const store = storeLayout(storeName);
/** Settings and lists; what is read as text is small. */
const maxText = 1 << 20;

/**
 * Reads small files and folders of an image on a disk.
 * @throws DamagedInput for a content that is missing, damaged or too long for that
 */
export function imageOnDisk(
	root: Pick<DiskRoot, 'read'>,
	tree: Directory,
): Pick<ImageReader, 'list' | 'text'> {
	return {
		async list(imagePath) {
			const folder = followPath(tree, toBytes(imagePath));
			return folder?.type === 'directory' ? [...folder.children.keys()].map(toText).sort() : [];
		},
		async text(imagePath) {
			const file = followPath(tree, toBytes(imagePath));
			if (file?.type !== 'file') return undefined;
			const {verityDigest: wanted, inline, size} = file;
			if (wanted === undefined) return (inline ?? Buffer.alloc(size)).toString('utf8');
			const bytes = root.read(objectPath(store, wanted), maxText);
			const algorithm = verityAlgorithmOf(wanted);
			const isWhole = bytes && algorithm && verityDigest(bytes, algorithm) === wanted;
			if (!isWhole) throw new DamagedInput(`${imagePath} is not on the disk as the image has it`);
			return bytes.toString('utf8');
		},
	};
}

/** Names in trees are byte strings. */
const toBytes = (text: string): string => Buffer.from(text).toString('latin1');
const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();
