import {Refused} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString, Directory, Inode} from '../tree/tree.ts';
import type {ContainerView} from './container-view.ts';
import {coveredFiles, coveredFolders} from './image-record.ts';
import {byDepth, isAtOrBelow, lastName, lookUpDirectory, parentPath} from './tree-path.ts';
import type {UsableRecord} from './usable-record.ts';

/**
 * Puts into the tree of an ordinary container what its mount points hide, as the image's record has
 * it.
 * @returns mount points that the record does not have
 * @throws Refused `hidden-content` when a volume hides more of the image than was recorded
 */
export function restoreHidden(
	view: ContainerView,
	record: UsableRecord | undefined,
): readonly ByteString[] {
	if (view.seesUnderMounts) return [];
	const unrecorded: ByteString[] = [];
	for (const path of byDepth(view.mountPoints.keys()).reverse()) {
		const inode = record && recordedInode(record, path);
		if (inode === undefined) unrecorded.push(path);
		else addEntry(view, path, inode);
	}
	return unrecorded;
}

function recordedInode(record: UsableRecord, path: ByteString): Inode | undefined {
	const entry = record.entries.get(path);
	if (entry?.inode.type !== 'directory') return entry?.inode;
	const folders = new Map([[path, {...entry.inode, children: new Map<ByteString, Inode>()}]]);
	for (const [place, {inode}] of record.entries) {
		if (place === path || !isAtOrBelow(place, path)) continue;
		const folder = inode.type === 'directory' ? {...inode, children: new Map()} : undefined;
		folders.get(parentPath(place))?.children.set(lastName(place), folder ?? inode);
		if (folder !== undefined) folders.set(place, folder);
	}
	// Whatever is below /run is none of a deployment's.
	const isWhole = [...folders].every(
		([place, {children}]) => children.size === record.entries.get(place)?.entryCount,
	);
	if (!isWhole && path !== '/run') throw hiddenContent(path);
	return folders.get(path);
}

export interface UnrecordedPaths {
	/** The image does not have them. */
	readonly missing: readonly ByteString[];
	/**
	 * What the image has there is not known. Files were left out; folders, which no machine can do
	 * without, are empty ones in the tree now.
	 */
	readonly unseen: readonly ByteString[];
}

/**
 * Decides about mount points that the record does not have, once all is in the tree that it has.
 * @throws Refused `hidden-content` when a volume may hide something of the image
 */
export function settleUnrecorded(
	view: ContainerView,
	record: UsableRecord | undefined,
	paths: readonly ByteString[],
): UnrecordedPaths {
	const missing: ByteString[] = [];
	const unseen: ByteString[] = [];
	for (const path of paths) {
		if (record !== undefined && isKnownMissing(view, record, path)) missing.push(path);
		else if (path === '/run' || coveredFolders.includes(path)) {
			unseen.push(path);
			addEntry(view, path, plainFolder(view));
		} else if (coveredFiles.includes(path)) unseen.push(path);
		else throw hiddenContent(path);
	}
	return {missing, unseen};
}

/** A record lists every directory, but of files only how many names there are. */
function isKnownMissing(view: ContainerView, record: UsableRecord, path: ByteString): boolean {
	if (record.hidden.includes(path)) return false;
	if (view.mountPoints.get(path) === 'directory') return true;
	const parent = record.entries.get(parentPath(path));
	const seen = lookUpDirectory(view.tree.root, parentPath(path))?.children.size ?? 0;
	return parent === undefined || seen >= parent.entryCount;
}

/** As distributions ship `/proc`, `/sys`, `/dev` and `/run`. */
function plainFolder({tree: {root}}: ContainerView): Directory {
	const {mtimeSec, mtimeNsec} = lookUpDirectory(root, '/usr') ?? root;
	const metadata = {mode: 0o755, uid: 0, gid: 0, mtimeSec, mtimeNsec, xattrs: undefined};
	return {type: 'directory', ...metadata, children: new Map()};
}

function addEntry({tree: {root}}: ContainerView, path: ByteString, inode: Inode): void {
	lookUpDirectory(root, parentPath(path))?.children.set(lastName(path), inode);
}

function hiddenContent(path: ByteString): Refused {
	const place = printable(path);
	return new Refused('hidden-content', `the volume on ${place} hides what the image has there`, {
		hint: `Leave out -v on ${place}, put it below /run, or run the container with --privileged.`,
	});
}
