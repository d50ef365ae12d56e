import {ImageRoot} from '../engine/lint/image-root.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import type {RunningRoot} from '../engine/source/running-root.ts';
import {readMountPoints} from '../engine/system/mount-points.ts';
import type {ScannedTree} from '../engine/tree/scan.ts';
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
