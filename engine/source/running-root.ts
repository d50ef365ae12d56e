import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {System} from '../system/system.ts';
import type {FileListener, ScannedFile, ScannedTree} from '../tree/scan.ts';
import type {Directory} from '../tree/tree.ts';
import {type ContainerView, openContainerView} from './container-view.ts';
import type {Finding} from './findings.ts';
import {imageRecordPath, parseImageRecord} from './image-record.ts';
import {isLiveSystem, openLiveRoot} from './live-root.ts';
import {restoreImage} from './restore-image.ts';
import {inodesWithPaths, lookUp} from './tree-path.ts';
import {type UsableRecord, useRecord} from './usable-record.ts';

export interface RunningRoot extends Disposable {
	/** Of the image; nothing is below /run. Its files can be read until `close`. */
	readonly tree: ScannedTree;
	/** Where its files can be read on this host, until `close`. */
	readonly path: string;
	/** Whether the tree is the one that the image's layers make. Only for certain if it is true. */
	readonly isReproducible: boolean;
	/** Why it may not be. */
	readonly findings: readonly Finding[];
	close(): void;
}

/**
 * The tree of the image that this process runs in as a container, without anything that the
 * container engine put there, so that it has the same deployment digest as the image's layers.
 *
 * What holds, by kind of container and image (see `slipway image record`):
 *
 * - Privileged: everything under mount points is seen, the image's own /etc/hosts, /etc/hostname and
 *   /etc/resolv.conf too. An image with a record gives the digest of its layers, whatever is mounted
 *   where. Without one this holds as long as the engine had to add nothing to a directory other than
 *   `/` and `/run`: the image has those three files and /etc/mtab, and volumes are mounted on paths
 *   that it has, below /run or directly below `/`.
 * - Ordinary: what mount points hide comes from the record, if that was made of an earlier stage of
 *   the build. A record made in the build's own root lacks /dev, /proc, /sys and those three files,
 *   which the builder's mounts hide there as well; then, as without a record, folders are taken for
 *   empty, the files are left out, and a finding says so. A volume that hides content of the image
 *   is refused; so is one that may.
 *
 * In a live system it is the tree of the medium, whatever was changed since it was booted.
 *
 * @param onFile told of files as they are found, of which some may turn out to be none of the image's
 * @throws Refused `hidden-content`
 * @throws DamagedInput when the image's record cannot be read
 */
export function openRunningRoot(system: System, onFile?: FileListener): RunningRoot {
	if (isLiveSystem()) return openLiveRoot(system, onFile);
	using cleanup = new DisposableStack();
	const view = openContainerView(system, onFile);
	cleanup.defer(() => view.close());
	const findings = restoreImage(view, readRecord(view));
	const {root, files, mountPoints} = view.tree;
	const recorded = writeRecordedFiles(root, cleanup);
	const open = cleanup.move();
	const close = () => open.dispose();
	return {
		tree: {root, files: [...files, ...recorded], mountPoints},
		path: view.path,
		isReproducible: findings.length === 0,
		findings,
		close,
		[Symbol.dispose]: close,
	};
}

function readRecord(view: ContainerView): UsableRecord | undefined {
	if (lookUp(view.tree.root, imageRecordPath)?.type !== 'file') return undefined;
	const text = readFileSync(path.join(view.path, imageRecordPath), 'utf8');
	return useRecord(parseImageRecord(text), view);
}

/** Contents that the record had are to be read from files, as all others are. */
function writeRecordedFiles(root: Directory, cleanup: DisposableStack): ScannedFile[] {
	const files: ScannedFile[] = [];
	let folder: string | undefined;
	for (const [, inode] of inodesWithPaths(root)) {
		if (inode.type !== 'file' || inode.inline === undefined || inode.size === 0) continue;
		// What is below /run is none of the image's: this cannot get into the tree.
		folder ??= cleanup.adopt(mkdtempSync('/run/slipway-'), (made) =>
			rmSync(made, {recursive: true}),
		);
		const file = path.join(folder, String(files.length));
		writeFileSync(file, inode.inline);
		inode.inline = undefined;
		files.push({path: file, inode});
	}
	return files;
}
