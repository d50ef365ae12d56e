import type {ByteString, Inode} from '../tree/tree.ts';
import type {ContainerView} from './container-view.ts';
import {byDepth, lookUp, parentPath, removeEntry} from './tree-path.ts';
import type {UsableRecord} from './usable-record.ts';

/** Where container engines put stubs, beside the mount points that are there to be seen. */
const enginePaths: readonly ByteString[] = [
	'/.dockerenv',
	'/dev',
	'/dev/console',
	'/dev/mqueue',
	'/dev/pts',
	'/dev/shm',
	'/etc/hostname',
	'/etc/hosts',
	'/etc/mtab',
	'/etc/resolv.conf',
	'/proc',
	'/sys',
];
const mountTables: readonly ByteString[] = ['/proc/mounts', '/proc/self/mounts'];

/**
 * Takes the mount points and stubs that the container engine made out of the tree.
 * @returns what was taken out
 */
export function removeInjected(
	view: ContainerView,
	record: UsableRecord | undefined,
): readonly ByteString[] {
	const {root} = view.tree;
	const places = byDepth(new Set([...view.mountPoints.keys(), ...enginePaths]));
	return places.filter((path) => {
		const inode = lookUp(root, path);
		if (inode === undefined || !view.recent.has(path) || !isStub(inode)) return false;
		if (inode.type === 'directory' && record?.entries.has(path)) return false;
		return removeEntry(root, path);
	});
}

/**
 * Takes out the folders that the engine made for the paths that are gone.
 * @returns directories of the image that lost an entry, and with it their time
 */
export function removeFoldersAbove(
	view: ContainerView,
	record: UsableRecord | undefined,
	gone: Iterable<ByteString>,
): ReadonlySet<ByteString> {
	const {root} = view.tree;
	const touched = new Set<ByteString>();
	const goUp = (path: ByteString): void => {
		const parent = parentPath(path);
		const folder = lookUp(root, parent);
		if (parent === '/' || folder === undefined || !view.recent.has(parent)) return;
		if (isStub(folder) && isEngineFolder(view, record, parent)) {
			removeEntry(root, parent);
			touched.delete(parent);
			goUp(parent);
		} else touched.add(parent);
	};
	for (const path of byDepth(gone)) goUp(path);
	return touched;
}

/** An engine's own files are empty: what they are for is mounted on them. */
function isStub(inode: Inode): boolean {
	switch (inode.type) {
		case 'directory':
			return inode.children.size === 0;
		case 'file':
			return inode.size === 0;
		case 'symlink':
			return mountTables.includes(inode.target);
		default:
			return false;
	}
}

/** Of a folder that is recent and empty, now that what was mounted in it is gone. */
function isEngineFolder(
	view: ContainerView,
	record: UsableRecord | undefined,
	path: ByteString,
): boolean {
	if (record?.entries.has(path)) return false;
	if (record?.isCurrent) return true;
	return view.recent.get(path)?.mayBeMerged === false;
}
