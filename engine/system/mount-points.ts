import {readFileSync} from 'node:fs';
import type {ByteString} from '../tree/tree.ts';

/** Paths that something is mounted on, as this process sees them; `/` is one of them. */
export function readMountPoints(): ByteString[] {
	return parseMountPoints(readFileSync('/proc/self/mountinfo', 'latin1'));
}

/** @see proc_pid_mountinfo(5): the fifth field, with octal escapes */
export function parseMountPoints(mountInfo: string): ByteString[] {
	return mountInfo
		.split('\n')
		.flatMap((line) => line.split(' ')[4] ?? [])
		.map((path) =>
			path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
				String.fromCharCode(Number.parseInt(octal, 8)),
			),
		);
}
