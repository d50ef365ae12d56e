import {joinPath} from '../../../engine/source/tree-path.ts';
import {nearestWord} from '../../../engine/suggestion.ts';
import type {ByteString} from '../../../engine/tree/tree.ts';
import {keymapFolders, keymapOf} from '../../machine/keymap-files.ts';
import type {ImageTree} from '../image-tree.ts';
import {ImageUnits} from '../units/image-units.ts';
import type {BootstrapWork} from '../work.ts';
import {withAssignment} from './assignment.ts';
import {consoleSettingsPlace} from './console-settings.ts';
import {keyboardLayout} from './keyboard-layout.ts';

/** Names of the console keymaps that an image has. */
function findKeymaps(image: ImageTree): string[] {
	return [...new Set(keymapFolders.flatMap((folder) => keymapsBelow(image, folder)))].sort();
}

function keymapsBelow(image: ImageTree, folder: ByteString): string[] {
	return image.names(folder).flatMap((name) => {
		const place = joinPath(folder, name);
		// Not what a link leads to: kbd links folders to each other.
		if (image.entry(place)?.type === 'directory') return keymapsBelow(image, place);
		return keymapOf(place) ?? [];
	});
}

export function putKeymap(work: BootstrapWork, keymap: string): void {
	const {image, files, problems, note} = work;
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
	if (!isLoaded(image)) {
		problems.refuse('no-keymap-loader', 'the image has nothing that loads a console keymap', {
			hint: 'Install loadkeys in the image, package kbd, and run /usr/lib/slipway/setup.',
		});
		return;
	}
	const place = consoleSettingsPlace(image);
	const settings = {KEYMAP: keymap, ...keyboardLayout(image, keymap)};
	let text = image.text(place) ?? '';
	for (const [key, value] of Object.entries(settings)) text = withAssignment(text, key, value);
	files.file(place, text);
	note(`keyboard ${keymap}`, place);
}

/** By systemd, or by slipway where a distribution leaves that part of systemd out. */
function isLoaded(image: ImageTree): boolean {
	if (image.isFile('/usr/lib/systemd/systemd-vconsole-setup')) return true;
	const isEnabled = new ImageUnits(image).isEnabled('slipway-console-keymap.service');
	return isEnabled && image.isFile('/usr/bin/loadkeys');
}
