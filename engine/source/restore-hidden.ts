import {Refused} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString, Directory, Inode} from '../tree/tree.ts';
import type {ContainerView} from './container-view.ts';
import {coveredFiles, coveredFolders} from './image-record.ts';
import {
	addEntry,
	byDepth,
	isAtOrBelow,
	isDevice,
	lastName,
	lookUp,
	lookUpDirectory,
	parentPath,
} from './tree-path.ts';
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
		else addEntry(view.tree.root, path, inode);
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
	if (!isWhole && path !== '/run') throw hiddenContent(path, 'hides');
	return folders.get(path);
}

/** Puts device nodes into the tree that the engine could not unpack without root's privileges. */
export function restoreDevices(view: ContainerView, record: UsableRecord | undefined): void {
	if (!view.isRootless || record === undefined) return;
	for (const [path, {inode}] of record.entries)
		if (isDevice(inode) && lookUp(view.tree.root, path) === undefined)
			addEntry(view.tree.root, path, inode);
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
	// What is put into the tree counts when it comes to files.
	const foldersFirst = [...paths].sort((a, b) => Number(isNeeded(b)) - Number(isNeeded(a)));
	for (const path of foldersFirst) {
		if (record !== undefined && isKnownMissing(view, record, path)) missing.push(path);
		else if (isNeeded(path)) {
			unseen.push(path);
			addEntry(view.tree.root, path, plainFolder(view));
		} else if (coveredFiles.includes(path)) unseen.push(path);
		else throw hiddenContent(path, 'may hide');
	}
	return {missing, unseen};
}

function isNeeded(path: ByteString): boolean {
	return path === '/run' || coveredFolders.includes(path);
}

/** A record lists every directory, but of files only how many names there are. */
function isKnownMissing(view: ContainerView, record: UsableRecord, path: ByteString): boolean {
	if (!record.isCurrent || record.hidden.includes(path)) return false;
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

function hiddenContent(path: ByteString, hides: 'hides' | 'may hide'): Refused {
	return new Refused(
		'hidden-content',
		`the volume on ${printable(path)} ${hides} something of the image`,
		{
			hint: 'Run the container with --privileged, mount that volume below /run instead, or run `slipway image record` as the last step of the build.',
		},
	);
}
