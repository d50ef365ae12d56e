import {readFile} from 'node:fs/promises';

/** Paths that something is mounted on, in this process's view. */
export async function readMountPoints(): Promise<Set<string>> {
	return parseMountPoints(await readFile('/proc/self/mountinfo', 'latin1'));
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html: the fifth field, with octal escapes */
export function parseMountPoints(mountinfo: string): Set<string> {
	const points = mountinfo.split('\n').flatMap((line) => line.split(' ')[4] ?? []);
	return new Set(
		points.map((point) =>
			point.replace(/\\([0-7]{3})/g, (_, octal: string) =>
				String.fromCharCode(Number.parseInt(octal, 8)),
			),
		),
	);
}
