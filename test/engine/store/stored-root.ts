import path from 'node:path';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import type {Store} from '../../../engine/store/store.ts';
import {createStore} from '../../../engine/store/store.ts';
import {type MadeRoot, makeRoot} from '../lint/made-root.ts';
import {unsyncedSystem} from './fixture.ts';

/** Puts a root file system into the store of a physical root; gives the digest of its image. */
export async function storeRoot(
	physicalRoot: string,
	entries: MadeRoot,
): Promise<{readonly store: Store; readonly digest: string}> {
	const store = createStore(unsyncedSystem, path.join(physicalRoot, 'composefs'));
	await using root = await makeRoot(entries);
	await using writer = await store.write();
	const {root: tree} = await importDirectory(unsyncedSystem, writer, root.folder);
	const digest = writer.addImage(writeImage(tree, {flavour: 'rs', version: 1}));
	await writer.commit();
	return {store, digest};
}
