import {readFileSync} from 'node:fs';
import type {ByteString} from '../tree/tree.ts';

/** A mount as `/proc/PID/mountinfo` has it. */
export interface MountPoint {
	/** `MAJOR:MINOR` of the file system; major 0 for those without a device, and for btrfs. */
	readonly device: string;
	/** What of the file system is mounted: `/`, or a folder of it, such as a subvolume. */
	readonly root: ByteString;
	readonly path: ByteString;
	readonly type: string;
	readonly source: string;
	/** Of the file system, not of this mount of it: `rw`, `lowerdir=…`, `verity=require`. */
	readonly options: readonly string[];
}

const mountinfoFile = '/proc/self/mountinfo';

/** What is mounted, as this process sees it; what lies on top of another comes after it. */
export function readMounts(): MountPoint[] {
	return parseMountinfo(readFileSync(mountinfoFile, 'latin1'));
}

/** Paths that something is mounted on, as this process sees them; `/` is one of them. */
export function readMountPoints(): ByteString[] {
	return readMounts().map(({path}) => path);
}

/** What shows at `/`: the mount that was made there last. */
export function rootMount(mounts: readonly MountPoint[]): MountPoint | undefined {
	return mounts.findLast(({path}) => path === '/');
}

/** @see proc_pid_mountinfo(5) */
export function parseMountinfo(text: string): MountPoint[] {
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => {
			const fields = line.split(' ');
			// Optional fields of any number lie before the hyphen.
			const hyphen = fields.indexOf('-', 6);
			return {
				device: fields[2] ?? '',
				root: unescapeOctal(fields[3] ?? ''),
				path: unescapeOctal(fields[4] ?? ''),
				type: unescapeOctal(fields[hyphen + 1] ?? ''),
				source: unescapeOctal(fields[hyphen + 2] ?? ''),
				options: (fields[hyphen + 3] ?? '').split(',').map(unescapeOctal),
			};
		});
}

/** In files of /proc, blanks, backslashes and the like are three octal digits. */
export function unescapeOctal(text: string): string {
	return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
}
