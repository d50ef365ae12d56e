import path from 'node:path';

/** Where distributions keep console keymaps. */
export const keymapFolders = [
	'/usr/share/keymaps',
	'/usr/share/kbd/keymaps',
	'/usr/lib/kbd/keymaps',
] as const;

/**
 * The name by which loadkeys(1) knows a file below one of them; undefined for parts that keymaps include.
 * Debian's console-data calls them `.kmap`, kbd `.map`.
 */
export function keymapOf(file: string): string | undefined {
	if (path.dirname(file).split('/').includes('include')) return undefined;
	return /^(.+)\.k?map(\.(gz|bz2|xz|zst))?$/.exec(path.basename(file))?.[1];
}
