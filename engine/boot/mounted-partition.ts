import {readFile, rename, rm, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import {isDiskFull} from '../system/disk-full.ts';
import {type FileContent, replaceFile, syncFolder} from '../system/durable-file.ts';
import {namesIn} from '../system/read-folder.ts';
import type {System} from '../system/system.ts';
import type {BootFileSource, BootPartition, BootPartitionFile} from './boot-partition.ts';

/** A boot partition mounted at `mountPoint`. */
export function mountedPartition(
	system: Pick<System, 'syncFileSystem'>,
	mountPoint: string,
): BootPartition {
	const place = (relative: string): string => path.join(mountPoint, relative);
	return {
		list: (folder) => listFolder(place(folder)),
		readText: (file) => readFile(place(file), 'utf8'),
		async write(files) {
			for (const file of files) await replaceFile(place(file.path), contentOf(file.source));
		},
		rename: (from, to) => renameEntry(place(from), place(to)),
		remove: (file) => rm(place(file), {recursive: true, force: true}),
		sync: async () => system.syncFileSystem(mountPoint),
		async freeBytes() {
			const {bavail, bsize} = await statfs(mountPoint);
			return bavail * bsize;
		},
	};
}

/**
 * A copy, and then the old one goes: on FAT a new name that has no content yet can be all that a power cut
 * leaves of a rename. Where there is no room for a copy, that risk is better than an entry that stays.
 */
async function renameEntry(from: string, to: string): Promise<void> {
	try {
		await replaceFile(to, {copyOf: from});
		await rm(from);
	} catch (error) {
		if (!isDiskFull(error)) throw error;
		await rename(from, to);
	}
	await syncFolder(path.dirname(from));
}

async function listFolder(folder: string): Promise<BootPartitionFile[]> {
	const files: BootPartitionFile[] = [];
	for (const name of await namesIn(folder)) {
		const stats = await stat(path.join(folder, name));
		files.push(
			stats.isDirectory()
				? {name, type: 'directory', size: 0}
				: {name, type: 'file', size: stats.size},
		);
	}
	return files;
}

function contentOf(source: BootFileSource): FileContent {
	return source.kind === 'bytes' ? source.bytes : {copyOf: Buffer.from(source.path, 'latin1')};
}
