import {verityAlgorithmOf} from '../../engine/erofs/fs-verity.ts';
import {imagePath, layerPath, objectPath, storeLayout} from '../../engine/store/layout.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import {emptyDirectory} from '../../engine/tree/empty-directory.ts';
import {printable} from '../../engine/tree/printable.ts';
import type {ByteString, Directory, Metadata} from '../../engine/tree/tree.ts';
import {walkTree} from '../../engine/tree/walk.ts';
import {deploymentState} from '../deployment-state.ts';
import {storeFolders, storeName, verityFileMetadata} from '../sink/root-files.ts';
import type {FoundLayer} from './layers.ts';
import {type Place, placeOfEntry} from './place.ts';

/** What a physical root should hold at a place. */
export interface ExpectedPlace extends Place {
	/** An object or image: its content has to have fs-verity on the disk. */
	readonly needsVerity?: true;
	/** Nobody says when it was made. */
	readonly ignoresTime?: true;
	/** For people: what the image calls the content of an object. */
	readonly user?: string;
}

/** By path from the physical root. */
export type ExpectedPlaces = Map<ByteString, ExpectedPlace>;

/** A deployment that was found on the disk, with its image. */
export interface FoundDeployment {
	readonly id: string;
	readonly originText: string;
	readonly imageDigest: string;
	readonly imageSize: number;
	/** Of the image. */
	readonly tree: Directory;
}

const store = storeLayout(storeName);
const folder = {type: 'directory', size: 0, content: {}, target: '', rdev: 0} as const;
/** As mke2fs makes it. */
const lostAndFound: ExpectedPlace = {
	...folder,
	metadata: {mode: 0o700, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: undefined},
	ignoresTime: true,
};

/** All that follows from the deployments of a root, the first of which brought /var, and their layers. */
export function expectedRoot(
	deployments: readonly FoundDeployment[],
	layers: readonly FoundLayer[],
): ExpectedPlaces {
	const places: ExpectedPlaces = new Map([['lost+found', lostAndFound]]);
	for (const {path, inode} of storeFolders())
		places.set(path, {...folder, metadata: metadataOf(inode)});
	for (const [index, deployment] of deployments.entries()) {
		const {imageDigest, imageSize, tree} = deployment;
		const algorithm = verityAlgorithmOf(imageDigest) ?? 'sha256';
		for (const [path, place] of imageState(deployment, tree, algorithm))
			if (index === 0 || !places.has(path)) places.set(path, place);
		places.set(imagePath(store, imageDigest), verityPlace(imageDigest, imageSize));
		for (const [path, inode] of walkTree(tree, '')) {
			if (inode.type !== 'file' || inode.verityDigest === undefined) continue;
			const place = objectPath(store, inode.verityDigest);
			if (!places.has(place))
				places.set(place, {...verityPlace(inode.verityDigest, inode.size), user: printable(path)});
		}
	}
	for (const {diffId, recordSize, objects} of layers) {
		const metadata = {...verityFileMetadata, mode: 0o600};
		places.set(layerPath(store, diffId), plainFile(metadata, recordSize));
		for (const [digest, size] of objects) {
			const place = objectPath(store, digest);
			if (!places.has(place)) places.set(place, verityPlace(digest, size));
		}
	}
	return places;
}

function metadataOf({mode, uid, gid, mtimeSec, mtimeNsec, xattrs}: Metadata): Metadata {
	return {mode, uid, gid, mtimeSec, mtimeNsec, xattrs};
}

function verityPlace(verityDigest: string, size: number): ExpectedPlace {
	return {...plainFile(verityFileMetadata, size), content: {verityDigest}, needsVerity: true};
}

function plainFile(metadata: Metadata, size: number): ExpectedPlace {
	return {type: 'file', metadata, size, content: {}, target: '', rdev: 0};
}

/** What a deployment puts beside the store that follows from its image. */
export function* imageState(
	{id, originText}: Pick<FoundDeployment, 'id' | 'originText'>,
	tree: Directory,
	algorithm: FsVerityAlgorithm,
): Generator<[ByteString, Place], void> {
	const machine = {root: emptyDirectory(), sources: new Map()};
	const source = {root: tree, sources: new Map(), image: {tree}};
	const state = deploymentState(source, {id, originText, machine});
	const known = new Map<ByteString, Place>();
	for (const entry of state) {
		const {path, inode} = entry;
		const place =
			inode.type === 'hardlink' ? known.get(inode.target) : placeOfEntry(entry, algorithm);
		if (place === undefined || place.type === 'socket') continue;
		known.set(path, place);
		yield [path, place];
	}
}
