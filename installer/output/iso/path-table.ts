import {type IsoFolder, type NumberedFolder, numberFolders} from './iso-tree.ts';

/** The same table in both byte orders. */
export interface PathTables {
	readonly little: Buffer;
	readonly big: Buffer;
}

/**
 * Lists all folders, so that a reader need not go from one to the next.
 * @param blockOf the block of the volume where a folder's records begin
 * @see ECMA-119, 9.4
 */
export function pathTables(root: IsoFolder, blockOf: (folder: IsoFolder) => number): PathTables {
	const folders = numberFolders(root);
	const encode = (isLittle: boolean) =>
		Buffer.concat(folders.map((folder) => pathRecord(folder, blockOf(folder.folder), isLittle)));
	return {little: encode(true), big: encode(false)};
}

const headLength = 8;

function pathRecord(
	{folder: {identifier}, parent}: NumberedFolder,
	block: number,
	isLittle: boolean,
): Buffer {
	const record = Buffer.alloc(headLength + identifier.length + (identifier.length & 1));
	record.writeUInt8(identifier.length, 0);
	if (isLittle) {
		record.writeUInt32LE(block, 2);
		record.writeUInt16LE(parent, 6);
	} else {
		record.writeUInt32BE(block, 2);
		record.writeUInt16BE(parent, 6);
	}
	record.write(identifier, headLength, 'latin1');
	return record;
}
