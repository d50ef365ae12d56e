import {ImageRoot} from '../engine/lint/image-root.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import type {RunningRoot} from '../engine/source/running-root.ts';
import {readMountPoints} from '../engine/system/mount-points.ts';
import type {ScannedTree} from '../engine/tree/scan.ts';
import type {StateEntry, SystemContent} from './content.ts';
import {containerEnvironment} from './self-image.ts';

/** An image of which everything can be read on this host. */
export interface ReadableImage {
	readonly tree: ScannedTree;
	/** Single files of it. */
	readonly view: ImageRoot;
	/** The same, with what is mounted over them: nothing is to be said against what cannot be seen. */
	readonly visible: ImageRoot;
	/** What tells where it came from, in the form of /run/.containerenv; undefined when nothing does. */
	readonly environment: string | undefined;
	/** Of an image that was not read from a running system. */
	readonly layers?: ImageLayers;
}

/** What an image was read from, for a store that is to have it too. */
export interface ImageLayers {
	/** Its name, for people. */
	readonly source: string;
	readonly manifestDigest: string;
	/** The lowest first. */
	readonly diffIds: readonly string[];
	/** A file of the store for each layer. */
	readonly records: readonly StateEntry[];
	/** Contents that no deployment of the image has, for upper layers hide them; by fs-verity digest. */
	readonly hidden: SystemContent['objects'];
}

/** The image that runs here. */
export function runningImage({tree, path}: RunningRoot): ReadableImage {
	const view = new ImageRoot(path);
	return {tree, view, visible: visibleRoot(view), environment: containerEnvironment()};
}

/** A live system has changed what it shows: its keys are no keys of the image. */
function visibleRoot(view: ImageRoot): ImageRoot {
	return isLiveSystem() ? view : new ImageRoot('/', new Set(readMountPoints()));
}
