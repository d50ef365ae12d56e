import {readFile} from 'node:fs/promises';
import {verityAlgorithmOf, verityDigest} from '../erofs/fs-verity.ts';
import {DamagedInput} from '../errors.ts';
import type {ImageFile, ImageReader} from '../image-reader.ts';
import {followPath} from '../tree/follow-path.ts';
import type {Directory, RegularFile} from '../tree/tree.ts';
import {readStoredImage} from './image-objects.ts';
import type {Store} from './store.ts';

type Places = Pick<Store, 'imagePath' | 'objectPath'>;

/**
 * Reads the files of an image in a store: its tree from the image, contents from the objects. Needs no
 * mount, so it serves for an image that was only just pulled.
 * @throws DamagedInput when the image is missing or not what its name says
 */
export function openStoredImage(store: Places, digest: string): ImageReader {
	return treeReader(store, readImageTree(store, digest));
}

/** The same of an image whose tree has been read. */
export function treeReader(store: Pick<Places, 'objectPath'>, root: Directory): ImageReader {
	return {
		async list(imagePath) {
			const folder = followPath(root, toBytes(imagePath));
			return folder?.type === 'directory' ? [...folder.children.keys()].map(toText).sort() : [];
		},
		async text(imagePath) {
			const file = followPath(root, toBytes(imagePath));
			if (file?.type !== 'file') return undefined;
			return (await readContent(store, file, imagePath)).toString('utf8');
		},
		async regularFile(imagePath) {
			const file = followPath(root, toBytes(imagePath), {lastLink: false});
			return file?.type === 'file' ? onHost(store, file, imagePath) : undefined;
		},
		async followedFile(imagePath) {
			const file = followPath(root, toBytes(imagePath));
			return file?.type === 'file' ? onHost(store, file, imagePath) : undefined;
		},
	};
}

/** The tree of an image. @throws DamagedInput when it is missing or not what its name says */
export function readImageTree(store: Pick<Places, 'imagePath'>, digest: string): Directory {
	try {
		return readStoredImage(store.imagePath(digest), digest);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
		throw new DamagedInput(`the store has no image ${digest}`, {hint: seeVerify, cause});
	}
}

async function readContent(
	store: Pick<Places, 'objectPath'>,
	{inline, size, verityDigest: wanted}: RegularFile,
	imagePath: string,
): Promise<Buffer> {
	if (wanted === undefined) return inline ?? Buffer.alloc(size);
	const algorithm = verityAlgorithmOf(wanted);
	const bytes = await readFile(store.objectPath(wanted)).catch((cause: NodeJS.ErrnoException) => {
		if (cause.code !== 'ENOENT') throw cause;
		throw new DamagedInput(`the content of ${imagePath} is missing`, {hint: seeVerify, cause});
	});
	const actual = algorithm && verityDigest(bytes, algorithm);
	if (actual === wanted) return bytes;
	throw new DamagedInput(`${imagePath} is damaged: its fs-verity digest is ${actual}`, {
		hint: seeVerify,
	});
}

/** What is in the image itself has no file of its own; nothing that is used as a file is as small. */
function onHost(
	store: Pick<Places, 'objectPath'>,
	{size, verityDigest: digest}: RegularFile,
	imagePath: string,
): ImageFile {
	if (digest === undefined)
		throw new DamagedInput(`${imagePath} has ${size} bytes, which is too little to be real`, {
			hint: 'Build the image again.',
		});
	return {path: store.objectPath(digest), size, verityDigest: digest};
}

const seeVerify = 'Run slipway verify to see what else is damaged.';

/** Names in trees are byte strings. */
const toBytes = (text: string): string => Buffer.from(text).toString('latin1');
const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();
