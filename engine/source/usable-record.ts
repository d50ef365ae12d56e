import type {ByteString, Inode} from '../tree/tree.ts';
import type {ContainerView} from './container-view.ts';
import {type ImageRecord, imageRecordPath, type RecordedEntry} from './image-record.ts';
import {inodesWithPaths, isAtOrBelow, lookUp} from './tree-path.ts';

/** An image record held against the image that it lies in. */
export interface UsableRecord {
	/** With the times that the image's layers have. */
	readonly entries: ReadonlyMap<ByteString, RecordedEntry>;
	/** As in {@link ImageRecord}. */
	readonly hidden: readonly ByteString[];
	/** Directories that came with the image and are not as the record says. */
	readonly outdated: readonly ByteString[];
	/** Whether nothing tells that the image was changed after the record was written. */
	readonly isCurrent: boolean;
}

export function useRecord(record: ImageRecord, view: ContainerView): UsableRecord {
	const entries = withFinalTimes(record, lookUp(view.tree.root, imageRecordPath));
	const outdated: ByteString[] = [];
	for (const [path, inode] of inodesWithPaths(view.tree.root)) {
		if (inode.type !== 'directory' || path === '/' || path === '/run') continue;
		if (view.recent.has(path) || record.hidden.some((place) => isAtOrBelow(path, place))) continue;
		const entry = entries.get(path);
		if (entry === undefined || !isSame(entry.inode, inode)) outdated.push(path);
	}
	// A squashed image has fewer layers.
	const hasLaterLayers =
		record.layers !== undefined && view.layers !== undefined && view.layers > record.layers;
	const isCurrent = outdated.length === 0 && !hasLaterLayers;
	return {entries, hidden: record.hidden, outdated, isCurrent};
}

/** A builder that rewrites times (`--timestamp`) rewrites the record's, and all that it committed with it. */
function withFinalTimes(
	{entries, writtenSec}: ImageRecord,
	file: Inode | undefined,
): ReadonlyMap<ByteString, RecordedEntry> {
	if (file === undefined || file.mtimeSec === writtenSec) return entries;
	const {mtimeSec, mtimeNsec} = file;
	const rewritten = ([path, entry]: [ByteString, RecordedEntry]) =>
		[
			path,
			entry.isUncommitted ? {...entry, inode: {...entry.inode, mtimeSec, mtimeNsec}} : entry,
		] as const;
	return new Map([...entries].map(rewritten));
}

function isSame(a: Inode, b: Inode): boolean {
	return (
		a.mode === b.mode &&
		a.uid === b.uid &&
		a.gid === b.gid &&
		a.mtimeSec === b.mtimeSec &&
		a.mtimeNsec === b.mtimeNsec
	);
}
