import type {TarMember} from '../../engine/tar/writer.ts';
import type {ByteString, Metadata} from '../../engine/tree/tree.ts';
import type {StateEntry, SystemContent} from '../content.ts';
import {mtimeExtra, mtimeExtraCommand, verityCommands, xattrCommand} from './debugfs-commands.ts';
import {contentPieces, type FilePiece, layoutOf, verityPieces} from './file-pieces.ts';
import {stateEntries, storeFolders, verityFileMetadata, verityFiles} from './root-files.ts';

/**
 * The root as members of a tar for `mke2fs -d`. Files of the store are as long as ext4 keeps them, with
 * their fs-verity metadata; extended attributes are left out, since mke2fs drops nearly all.
 * @param read is told the bytes of content that were read
 */
export function* rootMembers(
	content: SystemContent,
	read: (bytes: number) => void,
): Generator<TarMember, void> {
	for (const folder of storeFolders()) yield folder;
	for (const file of verityFiles(content)) {
		const {end} = layoutOf(file, content.algorithm);
		yield {
			path: file.path,
			inode: {
				...verityFileMetadata,
				type: 'file',
				size: end,
				inline: undefined,
				verityDigest: file.verityDigest,
			},
			source: {
				kind: 'pieces',
				pieces: () => withoutGaps(verityPieces(file, content.algorithm)),
			},
		};
		read(file.size);
	}
	for (const entry of stateEntries(content)) {
		yield stateMember(entry);
		if (entry.inode.type === 'file') read(entry.inode.size);
	}
}

function stateMember({path, inode, source}: StateEntry): TarMember {
	// mke2fs keeps 32 bits of seconds; debugfs adds the rest (see mtimeExtra).
	const time = {mtimeSec: inode.mtimeSec | 0, mtimeNsec: 0};
	const bare = {path, inode: {...inode, ...time, xattrs: undefined}};
	if (inode.type !== 'file') return {...bare, source: undefined};
	const pieces = () => withoutGaps(contentPieces(source, inode.size, path));
	return {...bare, source: {kind: 'pieces', pieces}};
}

const zeros = Buffer.alloc(65536);

/** mke2fs makes holes of zeros again. */
export function* withoutGaps(pieces: Iterable<FilePiece>): Generator<Buffer, void> {
	let end = 0;
	for (const {position, bytes} of pieces) {
		for (; end < position; end += zeros.length) yield zeros.subarray(0, position - end);
		yield bytes;
		end = position + bytes.length;
	}
}

/**
 * Commands for debugfs that complete what `mke2fs -d` made.
 * @param store puts each of the values of extended attributes into a file, and gives their paths
 * @throws Lacking `unsupported-name` when debugfs cannot be given a name
 */
export function finishingCommands(
	content: SystemContent,
	store: (values: readonly Buffer[]) => readonly string[],
): ByteString {
	const commands = Array.from(verityFiles(content), ({path, size}) => verityCommands(path, size));
	const entries = stateEntries(content).flatMap(({path, inode}) =>
		inode.type === 'hardlink' ? [] : {path, inode},
	);
	const valueFiles = storeValues(entries, store);
	for (const {path, inode} of entries) {
		if (mtimeExtra(inode) !== 0) commands.push(mtimeExtraCommand(path, inode));
		for (const [key, value] of inode.xattrs ?? [])
			commands.push(xattrCommand(path, key, valueFiles.get(value.toString('latin1')) ?? ''));
	}
	return commands.join('');
}

/** Most values are the same: one label for thousands of files. */
function storeValues(
	entries: readonly {readonly inode: Metadata}[],
	store: (values: readonly Buffer[]) => readonly string[],
): Map<string, string> {
	const values = new Set<string>();
	for (const {inode} of entries)
		for (const value of inode.xattrs?.values() ?? []) values.add(value.toString('latin1'));
	const distinct = [...values];
	const files = store(distinct.map((value) => Buffer.from(value, 'latin1')));
	return new Map(distinct.map((value, index) => [value, files[index] ?? '']));
}
