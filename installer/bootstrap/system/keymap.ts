import {nearestWord} from '../../../engine/suggestion.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import type {ImageTree} from '../image-tree.ts';
import type {BootstrapWork} from '../work.ts';
import {withAssignment} from './assignment.ts';

const folders = ['/usr/share/keymaps', '/usr/share/kbd/keymaps', '/usr/lib/kbd/keymaps'];
const place = '/etc/vconsole.conf';

/** Names of the console keymaps that an image has. */
export function findKeymaps(image: ImageTree): string[] {
	const found = new Set<string>();
	for (const path of folders) {
		const folder = image.inode(path);
		if (folder?.type === 'directory') addKeymaps(folder, found);
	}
	return [...found].sort();
}

function addKeymaps(folder: Directory, found: Set<string>): void {
	for (const [name, inode] of folder.children) {
		const [, keymap] = /^(.+)\.map(\.(gz|bz2|xz|zst))?$/.exec(name) ?? [];
		if (inode.type === 'directory') addKeymaps(inode, found);
		else if (keymap !== undefined) found.add(keymap);
	}
}

export function putKeymap({image, files, problems, note}: BootstrapWork, keymap: string): void {
	const known = findKeymaps(image);
	if (!known.includes(keymap)) {
		const nearest = nearestWord(keymap, known);
		problems.refuse('no-keymap', `the image has no console keymap ${JSON.stringify(keymap)}`, {
			hint:
				known.length === 0
					? 'Install keymaps in the image: package console-data or kbd.'
					: `Give one of those that localectl list-keymaps shows${nearest === undefined ? '' : `, such as ${nearest}`}.`,
		});
		return;
	}
	files.file(place, withAssignment(image.text(place) ?? '', 'KEYMAP', keymap));
	note(`keyboard ${keymap}`, place);
}
