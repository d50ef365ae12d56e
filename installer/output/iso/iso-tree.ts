import type {ByteString} from '../../../engine/tree/tree.ts';
import type {FileSource} from '../../content.ts';
import {compareIdentifiers, isoIdentifiers} from './iso-names.ts';

/** A file as it shall be in the ISO. */
export interface IsoFile {
	/** From the root, without a slash in front. */
	readonly path: ByteString;
	/** Permission bits. */
	readonly mode: number;
	readonly source: FileSource;
	/** In bytes. */
	readonly size: number;
}

export interface IsoLeaf {
	readonly kind: 'file';
	readonly name: ByteString;
	readonly identifier: string;
	readonly file: IsoFile;
}

export interface IsoFolder {
	readonly kind: 'folder';
	readonly name: ByteString;
	readonly identifier: string;
	/** In the order that directories have. */
	readonly children: readonly (IsoFolder | IsoLeaf)[];
}

/** What Linux takes for a name, in bytes. */
const maxNameLength = 255;

/**
 * The folders that files are in.
 * @throws RangeError for paths that cannot be together, or are none
 */
export function isoTree(files: readonly IsoFile[]): IsoFolder {
	return folderOf(
		'',
		'\0',
		files.map((file) => ({file, names: namesOf(file)})),
	);
}

interface PlacedFile {
	readonly file: IsoFile;
	/** What is left of its path. */
	readonly names: readonly string[];
}

function namesOf({path}: IsoFile): string[] {
	const names = path.split('/');
	const isName = (name: string) =>
		!['', '.', '..'].includes(name) && name.length <= maxNameLength && !name.includes('\0');
	if (names.every(isName)) return names;
	throw new RangeError(`"${path}" is no path in an ISO`);
}

function folderOf(name: ByteString, identifier: string, files: readonly PlacedFile[]): IsoFolder {
	const byName = Map.groupBy(files, ({names: [first = '']}) => first);
	const nodes = [...byName]
		.map(([name, placed]) => ({name, placed, isFolder: isFolder(placed)}))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
	const identifiers = isoIdentifiers(nodes);
	const children = nodes.map(({name: child, placed, isFolder}, index) => {
		const id = identifiers[index] ?? '';
		return isFolder ? folderOf(child, id, placed.map(below)) : leafOf(child, id, placed);
	});
	children.sort((a, b) => compareIdentifiers(a.identifier, b.identifier));
	return {kind: 'folder', name, identifier, children};
}

const isFolder = (placed: readonly PlacedFile[]): boolean =>
	placed.every(({names}) => names.length > 1);

const below = ({file, names}: PlacedFile): PlacedFile => ({file, names: names.slice(1)});

function leafOf(name: ByteString, identifier: string, placed: readonly PlacedFile[]): IsoLeaf {
	const [only, ...others] = placed;
	if (only === undefined || others.length > 0)
		throw new RangeError(`several files are to be "${placed[0]?.file.path}", or below it`);
	return {kind: 'file', name, identifier, file: only.file};
}

/** A folder, its place in the path table, and that of the folder that it is in; both from 1. */
export interface NumberedFolder {
	readonly folder: IsoFolder;
	readonly number: number;
	readonly parent: number;
}

/** All folders in the order of a path table: level by level. */
export function numberFolders(root: IsoFolder): readonly NumberedFolder[] {
	const numbered: NumberedFolder[] = [{folder: root, number: 1, parent: 1}];
	// The list grows while it is walked.
	for (const {folder, number: parent} of numbered)
		for (const child of folder.children)
			if (child.kind === 'folder')
				numbered.push({folder: child, number: numbered.length + 1, parent});
	return numbered;
}
