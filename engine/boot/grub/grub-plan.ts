/**
 * The file operations that keep what GRUB boots like the loader entries, as data. The entries are the truth:
 * what a crash leaves is a menu of the entries before, whose kernels are still there.
 *
 *   grub/grub.cfg   the menu
 *   grub/grubenv    how often GRUB has booted entries whose boots are counted
 */
import {type BootFile, type BootOperation, textFile} from '../boot-partition.ts';
import {type BootContents, entriesFolder} from '../systemd-boot-contents.ts';
import {liveVariables} from './attempts.ts';
import {formatEnvironment, parseEnvironment} from './environment-block.ts';
import {formatMenu, menuEntries} from './menu.ts';

export const grubFolder = 'grub';
export const menuFile = `${grubFolder}/grub.cfg`;
export const environmentFile = `${grubFolder}/grubenv`;

/** What is on a boot partition of GRUB's. */
export interface GrubFiles {
	/** Texts; undefined for a file that is not there. */
	readonly menu: string | undefined;
	readonly environment: string | undefined;
	/** Of loader.conf. */
	readonly loaderSettings: string | undefined;
	/** Paths of files that a crash left unfinished. */
	readonly unfinished: readonly string[];
}

/** The environment block of a new machine. */
export const newEnvironmentFile: BootFile = textFile(environmentFile, formatEnvironment(new Map()));

/** The menu of a new machine, whose only loader entry this is. */
export function newMenuFile({path, source}: BootFile): BootFile {
	const text = source.kind === 'bytes' ? source.bytes.toString() : '';
	const entryTexts = new Map([[entryName(path) ?? path, text]]);
	const contents = {entryTexts, kernels: new Map(), unfinished: []};
	return textFile(menuFile, formatMenu(menuEntries(contents)));
}

/** Makes the menu that of the entries, and then drops what is not counted any more. */
export function planMenu(contents: BootContents, found: GrubFiles): BootOperation[] {
	const entries = menuEntries(contents);
	// Where none can be read, what GRUB has is better than nothing.
	if (entries.length === 0 && found.menu !== undefined) return [];
	const menu = formatMenu(entries, found.loaderSettings);
	const variables = parseEnvironment(found.environment ?? '');
	const environment = formatEnvironment(liveVariables(entries, variables ?? new Map()));
	return [
		...found.unfinished.map((path): BootOperation => ({kind: 'remove', path})),
		...writeIfOther(menuFile, menu, found.menu),
		...writeIfOther(environmentFile, environment, found.environment),
	];
}

/**
 * The same operations, and the menu made again behind the last that changes an entry: before the kernels go
 * that only the menu before names.
 */
export function withMenu(
	contents: BootContents,
	operations: readonly BootOperation[],
	found: GrubFiles,
): readonly BootOperation[] {
	const last = operations.findLastIndex(changesEntry);
	if (last === -1) return operations;
	const synced = operations.findIndex(({kind}, index) => index > last && kind === 'sync');
	const end = synced === -1 ? operations.length : synced + 1;
	const before = operations.slice(0, end);
	const after = before.reduce(afterOperation, contents);
	return [...before, ...planMenu(after, found), ...operations.slice(end)];
}

function writeIfOther(path: string, text: string, found: string | undefined): BootOperation[] {
	return text === found ? [] : [{kind: 'write', files: [textFile(path, text)]}, {kind: 'sync'}];
}

function changesEntry(operation: BootOperation): boolean {
	switch (operation.kind) {
		case 'write':
			return operation.files.some(({path}) => entryName(path) !== undefined);
		case 'rename':
			return entryName(operation.from) !== undefined;
		case 'remove':
			return entryName(operation.path) !== undefined;
		case 'sync':
			return false;
	}
}

/** The entries as they are once an operation is done. */
function afterOperation(contents: BootContents, operation: BootOperation): BootContents {
	const entryTexts = new Map(contents.entryTexts);
	switch (operation.kind) {
		case 'write':
			for (const {path, source} of operation.files) {
				const name = entryName(path);
				if (name !== undefined && source.kind === 'bytes')
					entryTexts.set(name, source.bytes.toString());
			}
			break;
		case 'rename': {
			const [from, to] = [entryName(operation.from), entryName(operation.to)];
			const text = entryTexts.get(from ?? '');
			if (to !== undefined && text !== undefined) entryTexts.set(to, text);
			entryTexts.delete(from ?? '');
			break;
		}
		case 'remove':
			entryTexts.delete(entryName(operation.path) ?? '');
			break;
		case 'sync':
			break;
	}
	return {...contents, entryTexts};
}

function entryName(path: string): string | undefined {
	return path.startsWith(`${entriesFolder}/`) ? path.slice(entriesFolder.length + 1) : undefined;
}
