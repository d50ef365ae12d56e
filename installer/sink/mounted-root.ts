import {setImmediate as nextTurn} from 'node:timers/promises';
import type {System} from '../../engine/system/system.ts';
import type {SystemContent} from '../content.ts';
import {pathIn, setTime, writeStateEntry} from './mounted-files.ts';
import {stateEntries, storeFolders, verityFiles} from './root-files.ts';
import {verityFileWorkers} from './verity-file-task.ts';

export interface MountedRoot {
	readonly mountPoint: string;
	/** Told the bytes of files when they are written. */
	wrote(bytes: number): void;
}

/** Files written before others get a turn: the loop is synchronous, and a key press must be seen. */
const filesPerTurn = 64;

/** Fills a mounted root with content. Nothing is synced. */
export async function fillRoot(
	system: System,
	{mountPoint, wrote}: MountedRoot,
	content: SystemContent,
): Promise<void> {
	const state = stateEntries(content);
	const folders = storeFolders();
	for (const folder of folders) writeStateEntry(system, mountPoint, folder);
	await writeVerityFiles({mountPoint, wrote}, content);
	let files = 0;
	for (const entry of state) {
		writeStateEntry(system, mountPoint, entry);
		if (entry.inode.type === 'file') wrote(entry.inode.size);
		if (++files % filesPerTurn === 0) await nextTurn();
	}
	// Children first, and state before the store: the last word on a folder is the content's.
	for (const {path, inode} of [...folders, ...state].reverse())
		if (inode.type === 'directory') setTime(system, pathIn(mountPoint, path), inode);
}

/** On all cores. */
async function writeVerityFiles(
	{mountPoint, wrote}: MountedRoot,
	content: SystemContent,
): Promise<void> {
	const files = [...verityFiles(content)];
	await using workers = verityFileWorkers({mountPoint});
	let done = 0;
	await workers.run(files, {
		onAdvance(bytes) {
			wrote(bytes - done);
			done = bytes;
		},
	});
}
