import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	type Stats,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type {System} from '../system/system.ts';
import {scanDirectory} from '../tree/scan.ts';
import type {ByteString} from '../tree/tree.ts';
import {describeImage} from './describe-image.ts';
import {formatImageRecord, imageRecordPath, type RecordedEntry} from './image-record.ts';
import {countLowerLayers} from './overlay-layers.ts';
import {parentPath} from './tree-path.ts';

export interface RecordImageOptions {
	/**
	 * Root file system to describe. A build's own `/` has the builder's files mounted over `/etc/hosts`
	 * and `/dev`; an earlier stage, mounted below `/run`, shows all:
	 * `RUN --mount=type=bind,from=STAGE,target=/run/image slipway image record /run/image`.
	 */
	readonly root?: string;
	/** Root file system that the record is written to. */
	readonly into?: string;
}

export interface RecordSummary {
	readonly entries: number;
	/** What could not be described because something else is mounted on it. */
	readonly hidden: readonly ByteString[];
	/** What shows that the root described is not the one that the record is written to; undefined for the same. */
	readonly otherImage: string | undefined;
}

/** Things of nearly every image that no build step touches by itself, and that most steps change. */
const witnesses = ['/usr/bin', '/usr/lib/os-release', '/usr/lib/slipway/image.toml', '/etc/passwd'];

/**
 * Writes an image's record; to be the last step of its build. See `image-record.ts` for what it is
 * good for, and {@link isUncommitted} for how the times of the build's own files are foretold.
 */
export function recordImage(
	system: System,
	{root = '/', into = '/'}: RecordImageOptions = {},
): RecordSummary {
	const file = path.join(into, imageRecordPath);
	const writtenSec = Math.floor(system.now().getTime() / 1000);
	// First of all, so that the times of the folders around it are final when they are read.
	if (!existsSync(file)) {
		mkdirSync(path.dirname(file), {recursive: true});
		writeFileSync(file, '');
	}
	const {entries, hidden} = describeImage(system, root);
	for (const [folder, entry] of foldersAround(system, into)) entries.set(folder, entry);
	const inOrder = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
	const lowerLayers = countLowerLayers();
	// Not of a folder that becomes an image some other way.
	const layers = into === '/' && lowerLayers !== undefined ? lowerLayers + 1 : undefined;
	writeFileSync(file, formatImageRecord({writtenSec, layers, hidden, entries: new Map(inOrder)}));
	// Tells later whether a builder rewrote times.
	utimesSync(file, writtenSec, writtenSec);
	const otherImage = root === into ? undefined : findDifference(root, into);
	return {entries: entries.size, hidden, otherImage};
}

/** A layer keeps whole seconds, a stage that was not committed yet has more. */
function secondsOf(stat: Stats | undefined): number | undefined {
	return stat && Math.floor(stat.mtimeMs / 1000);
}

/** Builders have been seen to mount an older stage than the one that they build on. */
function findDifference(root: string, into: string): string | undefined {
	return witnesses.find((witness) => {
		const [one, other] = [root, into].map((place) =>
			lstatSync(path.join(place, witness), {throwIfNoEntry: false}),
		);
		return secondsOf(one) !== secondsOf(other) || one?.size !== other?.size;
	});
}

/**
 * The folders that the record lies in, as they are now where it was written: they belong to the layer
 * that is being made, whatever the stage that is described says of them.
 */
function* foldersAround(
	system: System,
	into: string,
): Generator<readonly [ByteString, RecordedEntry]> {
	for (let place = parentPath(imageRecordPath); place !== '/'; place = parentPath(place)) {
		const folder = path.join(into, place);
		const {root} = scanDirectory(system, folder, {exclude: () => true});
		const entryCount = readdirSync(folder).length;
		yield [place, {inode: {...root, mtimeNsec: 0}, entryCount, isUncommitted: true}];
	}
}
