import {setImmediate as nextTurn} from 'node:timers/promises';
import type {System} from '../../engine/system/system.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {SystemContent} from '../content.ts';
import {verityCommands} from './debugfs-commands.ts';
import {pathIn, setTime, writeStateEntry} from './mounted-files.ts';
import {stateEntries, storeFolders, verityFiles} from './root-files.ts';
import {verityFileWorkers} from './verity-file-task.ts';

export interface MountedRoot {
	readonly mountPoint: string;
	/** Write fs-verity metadata behind the content of the store's files. */
	readonly withVerity: boolean;
	/** Told the bytes of files when they are written. */
	wrote(bytes: number): void;
}

/** Files written before others get a turn: the loop is synchronous, and a key press must be seen. */
const filesPerTurn = 64;

/**
 * Fills a mounted root with content. Nothing is synced.
 * @returns with fs-verity, the commands for debugfs that make it count once nothing is mounted
 */
export async function fillRoot(
	system: System,
	{mountPoint, withVerity, wrote}: MountedRoot,
	content: SystemContent,
): Promise<ByteString> {
	const state = stateEntries(content);
	const folders = storeFolders();
	for (const folder of folders) writeStateEntry(system, mountPoint, folder);
	const commands = await writeVerityFiles({mountPoint, withVerity, wrote}, content);
	let files = 0;
	for (const entry of state) {
		writeStateEntry(system, mountPoint, entry);
		if (entry.inode.type === 'file') wrote(entry.inode.size);
		if (++files % filesPerTurn === 0) await nextTurn();
	}
	// Children first, and state before the store: the last word on a folder is the content's.
	for (const {path, inode} of [...folders, ...state].reverse())
		if (inode.type === 'directory') setTime(system, pathIn(mountPoint, path), inode);
	return commands;
}

/** On all cores. @returns the commands */
async function writeVerityFiles(
	{mountPoint, withVerity, wrote}: MountedRoot,
	content: SystemContent,
): Promise<ByteString> {
	const files = [...verityFiles(content)];
	await using workers = verityFileWorkers({mountPoint, algorithm: content.algorithm, withVerity});
	let done = 0;
	const written = await workers.run(files, (bytes) => {
		wrote(bytes - done);
		done = bytes;
	});
	if (!withVerity) return '';
	// By number debugfs is four times as fast as by path.
	return written
		.map(({inodeNumber}, index) => verityCommands(inodeNumber, files[index]?.size ?? 0))
		.join('');
}
