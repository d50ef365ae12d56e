import type {ByteString} from '../../../engine/tree/tree.ts';

/** What of a name a reader sees that knows no Rock Ridge. */
export interface NamedNode {
	readonly name: ByteString;
	readonly isFolder: boolean;
}

/** Name and extension together, without the dot. */
const maxLength = 30;
const maxExtension = 8;

interface NameParts {
	readonly stem: string;
	readonly extension: string;
}

/**
 * Identifiers of what is in one folder, in the order of the names: upper case, digits and `_`, each there once.
 * @see ECMA-119, 7.5 and 7.6
 */
export function isoIdentifiers(nodes: readonly NamedNode[]): string[] {
	const taken = new Set<string>();
	const next = new Map<string, number>();
	return nodes.map((node) => {
		const wished = nameParts(node);
		let parts = wished;
		let number = next.get(formatParts(wished)) ?? 1;
		while (taken.has(formatParts(parts))) parts = numbered(wished, number++);
		next.set(formatParts(wished), number);
		taken.add(formatParts(parts));
		return node.isFolder ? parts.stem : `${formatParts(parts)};1`;
	});
}

function nameParts({name, isFolder}: NamedNode): NameParts {
	const dot = isFolder ? -1 : name.lastIndexOf('.');
	const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
	const short = plain(extension).slice(0, maxExtension);
	return {stem: plain(stem).slice(0, maxLength - short.length), extension: short};
}

function plain(name: ByteString): string {
	return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

function numbered({stem, extension}: NameParts, number: number): NameParts {
	const suffix = String(number);
	return {stem: stem.slice(0, maxLength - extension.length - suffix.length) + suffix, extension};
}

/** Files have a dot even without an extension; a folder has none, and cannot be taken for a file. */
function formatParts({stem, extension}: NameParts): string {
	return `${stem}.${extension}`;
}

/**
 * Sorts identifiers as directories have to be: name, then extension, each as if blanks followed.
 * @see ECMA-119, 9.3
 */
export function compareIdentifiers(one: string, other: string): number {
	const [a, b] = [one, other].map((identifier) => {
		const [stem = '', extension = ''] = identifier.replace(/;1$/, '').split('.');
		return stem.padEnd(maxLength + 1) + extension;
	});
	return (a ?? '') < (b ?? '') ? -1 : 1;
}
