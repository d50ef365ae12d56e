import type {ImageTree} from '../image-tree.ts';

/** What systemd-localed goes by when it is told a keymap. */
const map = '/usr/share/systemd/kbd-model-map';
const keys = ['XKBLAYOUT', 'XKBMODEL', 'XKBVARIANT', 'XKBOPTIONS'] as const;

/** Settings by which graphical systems, and Debian's console-setup, have the layout of a console keymap. */
export function keyboardLayout(image: ImageTree, keymap: string): Record<string, string> {
	const rows = (image.text(map) ?? '').split('\n').map((line) => line.trim().split(/\s+/));
	const [, ...columns] = rows.find(([name]) => name === keymap) ?? [];
	const settings = keys.flatMap((key, index) => {
		const value = columns[index];
		return value === undefined ? [] : [[key, value === '-' ? '' : value] as const];
	});
	return Object.fromEntries(settings);
}
