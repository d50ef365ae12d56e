import type {ByteString, Directory, Inode} from '../tree/tree.ts';
import {byDepth, lookUp, lookUpDirectory} from './tree-path.ts';
import type {UsableRecord} from './usable-record.ts';

/**
 * Gives directories back the time that they lost when the container engine put something into them
 * and it was taken out again.
 * @returns those whose time is not recorded: they get the best guess, which is the same every time
 */
export function restoreTimes(
	root: Directory,
	record: UsableRecord | undefined,
	touched: Iterable<ByteString>,
): readonly ByteString[] {
	const unknown: ByteString[] = [];
	for (const path of byDepth(touched)) {
		const directory = lookUpDirectory(root, path);
		if (directory === undefined) continue;
		const recorded = record?.entries.get(path)?.inode;
		if (recorded === undefined) unknown.push(path);
		const {mtimeSec, mtimeNsec} =
			recorded ?? newestEntry(directory) ?? lookUp(root, '/usr') ?? root;
		Object.assign(directory, {mtimeSec, mtimeNsec});
	}
	return unknown;
}

/** A directory is at least as new as the making of its newest entry, and mostly just that. */
function newestEntry(directory: Directory): Inode | undefined {
	const entries = [...directory.children.values()];
	return entries.sort((a, b) => b.mtimeSec - a.mtimeSec || b.mtimeNsec - a.mtimeNsec)[0];
}
