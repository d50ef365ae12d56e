import {existsSync, mkdirSync} from 'node:fs';
import {OperationFailed} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {FsVerityAlgorithm, System} from '../system/system.ts';
import {collectGarbage, type Garbage, type GarbageOptions} from './garbage.ts';
import {imagePath, objectPath, storeLayout} from './layout.ts';
import {rebuildLayer} from './rebuild-layer.ts';
import {type StoreReport, type VerifyOptions, verifyStore} from './verify.ts';
import {StoreWriter} from './writer.ts';

/** Objects, images and records of layers of a machine; see layout.ts for what lies where. */
export interface Store {
	/** The store's folder. */
	readonly path: string;
	objectPath(verityDigest: string): string;
	imagePath(verityDigest: string): string;
	/** Waits until no other process writes. The caller disposes of the writer. */
	write(options?: {readonly algorithm?: FsVerityAlgorithm}): Promise<StoreWriter>;
	verify(options?: VerifyOptions): Promise<StoreReport>;
	collectGarbage(options: GarbageOptions): Promise<Garbage>;
	/** The exact tar of a recorded layer; see {@link rebuildLayer}. */
	rebuildLayer(diffId: Digest): Iterable<Buffer>;
}

/**
 * Opens the store in the folder `path` (`…/composefs`), without a lock.
 * @throws OperationFailed `no-store` when there is none
 */
export function openStore(system: System, path: string): Store {
	const layout = storeLayout(path);
	if (!existsSync(layout.objects)) {
		throw new OperationFailed('no-store', `${path} holds no object store`, {
			hint: 'Run it on a machine that slipway installed, or name the folder where its disk is mounted.',
		});
	}
	return {
		path,
		objectPath: (verityDigest) => objectPath(layout, verityDigest),
		imagePath: (verityDigest) => imagePath(layout, verityDigest),
		write: ({algorithm = 'sha256'} = {}) => StoreWriter.open(system, path, algorithm),
		verify: (options) => verifyStore(system, layout, options),
		collectGarbage: (options) => collectGarbage(system, layout, options),
		rebuildLayer: (diffId) => rebuildLayer(layout, diffId),
	};
}

/** Makes an empty store in the folder `path`, or opens the one that is there. */
export function createStore(system: System, path: string): Store {
	const layout = storeLayout(path);
	// Objects are readable by all, as overlayfs wants them; private ones among them must not be found.
	mkdirSync(path, {recursive: true, mode: 0o700});
	for (const folder of [layout.objects, layout.images, layout.layers, layout.unfinished])
		mkdirSync(folder, {recursive: true, mode: 0o755});
	return openStore(system, path);
}
