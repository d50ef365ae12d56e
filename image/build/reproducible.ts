import {execFileSync} from 'node:child_process';
import {chmod, lutimes, readdir, stat} from 'node:fs/promises';
import path from 'node:path';

/** Gives a folder and all in it one time and the permissions of an installed program. */
export async function normalizeMetadata(folder: string, time: Date): Promise<void> {
	for (const entry of await readdir(folder, {withFileTypes: true, recursive: true})) {
		const place = path.join(entry.parentPath, entry.name);
		const isExecutable = entry.isDirectory() || ((await stat(place)).mode & 0o111) !== 0;
		await chmod(place, isExecutable ? 0o755 : 0o644);
		await lutimes(place, time, time);
	}
	await chmod(folder, 0o755);
	await lutimes(folder, time, time);
}

/** SOURCE_DATE_EPOCH, else the time of the last commit, else that of package.json. */
export async function sourceTime(project: string): Promise<Date> {
	const epoch = process.env.SOURCE_DATE_EPOCH ?? lastCommitTime(project);
	return epoch === undefined
		? (await stat(path.join(project, 'package.json'))).mtime
		: new Date(Number(epoch) * 1000);
}

function lastCommitTime(project: string): string | undefined {
	try {
		return execFileSync('git', ['-C', project, 'log', '-1', '--format=%ct'], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		}).trim();
	} catch {
		return undefined;
	}
}
