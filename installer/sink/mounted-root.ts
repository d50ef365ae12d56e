import {setImmediate as nextTurn} from 'node:timers/promises';
import type {System} from '../../engine/system/system.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {SystemContent} from '../content.ts';
import {verityCommands} from './debugfs-commands.ts';
import {contentPieces, verityPieces} from './file-pieces.ts';
import {pathIn, setTime, writeStateEntry, writeVerityFile} from './mounted-files.ts';
import {stateEntries, storeFolders, verityFiles} from './root-files.ts';

export interface MountedRoot {
	readonly mountPoint: string;
	/** Write fs-verity metadata behind the content of the store's files. */
	readonly withVerity: boolean;
	/** Told the bytes of each file when it is written. */
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
	let files = 0;
	const commands: ByteString[] = [];
	for (const file of verityFiles(content)) {
		const pieces = withVerity
			? verityPieces(file, content.algorithm)
			: contentPieces(file.source, file.size, file.path);
		const inodeNumber = writeVerityFile(`${mountPoint}/${file.path}`, pieces);
		// By number debugfs is four times as fast as by path.
		if (withVerity) commands.push(verityCommands(inodeNumber, file.size));
		wrote(file.size);
		if (++files % filesPerTurn === 0) await nextTurn();
	}
	for (const entry of state) {
		writeStateEntry(system, mountPoint, entry);
		if (entry.inode.type === 'file') wrote(entry.inode.size);
		if (++files % filesPerTurn === 0) await nextTurn();
	}
	// Children first, and state before the store: the last word on a folder is the content's.
	for (const {path, inode} of [...folders, ...state].reverse())
		if (inode.type === 'directory') setTime(system, pathIn(mountPoint, path), inode);
	return commands.join('');
}
