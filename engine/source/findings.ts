import {printable} from '../tree/printable.ts';
import type {ByteString} from '../tree/tree.ts';

export interface Finding {
	readonly code: string;
	/** One line. */
	readonly message: string;
	readonly hint: string;
}

const longestList = 5;

/** Paths for a message: a few of them, and how many there are besides. */
export function pathList(paths: Iterable<ByteString>): string {
	const all = [...paths].sort();
	const shown = all.slice(0, longestList).map(printable).join(', ');
	return all.length <= longestList ? shown : `${shown} and ${all.length - longestList} more`;
}

const recordAtBuild = 'Run `slipway image record` as the last step of the build.';

/** Each of these means that the tree may differ from the one that the image's layers make. */
export const findings = {
	unknownTimes: (folders: Iterable<ByteString>): Finding => ({
		code: 'unknown-times',
		message: `the container engine changed the times of ${pathList(folders)}, and the image has no record of them`,
		hint: recordAtBuild,
	}),
	staleRecord: (folders: readonly ByteString[]): Finding => ({
		code: 'stale-record',
		message: `the image was changed after its record was written: ${folders.length === 0 ? 'it has more layers' : pathList(folders)}`,
		hint: recordAtBuild,
	}),
	unseen: (paths: Iterable<ByteString>): Finding => ({
		code: 'unseen',
		message: `the container engine mounted over ${pathList(paths)}, and the image has no record of what is there`,
		hint: 'Run with --privileged, or record an earlier stage of the build: see `slipway image record --help`.',
	}),
	notUnpacked: (): Finding => ({
		code: 'not-unpacked',
		message:
			'a rootless container engine unpacks no device nodes, and the image has no record of them',
		hint: recordAtBuild,
	}),
	changed: (paths: Iterable<ByteString>): Finding => ({
		code: 'changed-in-container',
		message: `changed in this container since it was started: ${pathList(paths)}`,
		hint: 'Start a new container from the image.',
	}),
};
