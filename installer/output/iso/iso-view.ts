import {type Extent, encodeDirectory, type Places, rootRecord} from './directory.ts';
import {blockSize, blocksOf, inBlocks} from './field-encoding.ts';
import {type IsoFile, type IsoFolder, numberFolders} from './iso-tree.ts';
import {pathTables} from './path-table.ts';
import {
	bootDescriptor,
	descriptorsAt,
	endOfDescriptors,
	primaryDescriptor,
	type VolumeFacts,
} from './volume-descriptors.ts';

/** Bytes and the block where they go, counted from the beginning of the medium. */
export interface BlockPiece {
	readonly block: number;
	readonly bytes: Buffer;
}

/** A volume over the files of a medium: where it begins on it, and what it says. All blocks are the medium's. */
export interface ViewRequest extends Pick<VolumeFacts, 'label' | 'application' | 'size' | 'time'> {
	readonly tree: IsoFolder;
	readonly begin: number;
	/** Of the boot catalog, where the volume leads to one. */
	readonly catalog: number | undefined;
	readonly extentsOf: (file: IsoFile) => readonly Extent[];
}

/** All that a volume is but for its files, in one piece. */
export function encodeView(request: ViewRequest): BlockPiece {
	const {tree, begin, time, catalog} = request;
	const blockCounts = directorySizes(tree, request);
	const folders = numberFolders(tree).map(({folder}) => folder);
	const tableBlocks = blocksOf(pathTables(tree, () => 0).little.length);
	const tablesAt = begin + descriptorsAt + (catalog === undefined ? 2 : 3);
	const extents = placeFolders(folders, blockCounts, tablesAt + 2 * tableBlocks);
	const places = placesFrom(begin, extents, request.extentsOf);
	const tables = pathTables(tree, (folder) => places.folder(folder).block);
	const facts = {
		...request,
		rootRecord: rootRecord(places.folder(tree), time),
		pathTable: {
			length: tables.little.length,
			little: tablesAt - begin,
			big: tablesAt - begin + tableBlocks,
		},
	};
	const head = [
		primaryDescriptor(facts),
		...(catalog === undefined ? [] : [bootDescriptor(catalog - begin)]),
		endOfDescriptors,
		inBlocks(tables.little),
		inBlocks(tables.big),
	];
	const directories = encodeAll(tree, places, time);
	return {block: begin + descriptorsAt, bytes: Buffer.concat([...head, ...directories])};
}

/** Of the records of a directory, and of all of it. */
interface DirectoryBlocks {
	readonly records: number;
	readonly all: number;
}

/** How long directories are does not depend on where anything lies. */
function directorySizes(
	tree: IsoFolder,
	{time, extentsOf}: Pick<ViewRequest, 'time' | 'extentsOf'>,
): readonly DirectoryBlocks[] {
	const nowhere = {block: 0, size: 0};
	const places = {folder: () => nowhere, file: extentsOf};
	return parentsOf(tree).map(([folder, parent]) => {
		const {records, continuation} = encodeDirectory(folder, parent, places, time);
		const count = records.length / blockSize;
		return {records: count, all: count + continuation.length / blockSize};
	});
}

function placeFolders(
	folders: readonly IsoFolder[],
	sizes: readonly DirectoryBlocks[],
	first: number,
): ReadonlyMap<IsoFolder, Extent> {
	const extents = new Map<IsoFolder, Extent>();
	let block = first;
	for (const [index, folder] of folders.entries()) {
		const {records, all} = sizes[index] ?? {records: 0, all: 0};
		extents.set(folder, {block, size: records * blockSize});
		block += all;
	}
	return extents;
}

/** As the volume counts, which begins at some block of the medium. */
function placesFrom(
	begin: number,
	folders: ReadonlyMap<IsoFolder, Extent>,
	extentsOf: ViewRequest['extentsOf'],
): Places {
	const shifted = ({block, size}: Extent): Extent => ({block: block - begin, size});
	return {
		folder(folder) {
			const extent = folders.get(folder);
			if (extent === undefined) throw new RangeError('a folder has no place');
			return shifted(extent);
		},
		file: (file) => extentsOf(file).map(shifted),
	};
}

function encodeAll(tree: IsoFolder, places: Places, time: Date): Buffer[] {
	return parentsOf(tree).flatMap(([folder, parent]) => {
		const {records, continuation} = encodeDirectory(folder, parent, places, time);
		return [records, continuation];
	});
}

/** Every folder, in the order of the path table, with the one that it is in. */
function parentsOf(tree: IsoFolder): (readonly [folder: IsoFolder, parent: IsoFolder])[] {
	const numbered = numberFolders(tree);
	return numbered.map(({folder, parent}) => [folder, numbered[parent - 1]?.folder ?? tree]);
}
