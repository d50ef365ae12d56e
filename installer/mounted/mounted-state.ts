import type {StateEntry, SystemContent} from '../content.ts';
import {stateFile, stateFolder} from '../deployment-state.ts';
import {type FolderMount, folderMountsPath, formatFolderMounts} from './folder-mounts.ts';

/** Content with folders that the initramfs mounts besides, and the places for that. */
export function withFolderMounts(
	content: SystemContent,
	mounts: readonly FolderMount[],
): SystemContent {
	if (mounts.length === 0) return content;
	const known = new Set(content.state.map(({path}) => path));
	const places = [...new Set(mounts.flatMap(({target}) => foldersTo(target)))]
		.map((place) => `state/os/default/${place}`)
		.filter((place) => !known.has(place))
		.map((place) => stateFolder(place));
	const file = stateFile(folderMountsPath, Buffer.from(formatFolderMounts(mounts)));
	return withState(content, [...places, file]);
}

/** A path, and behind those above it. */
function foldersTo(place: string): string[] {
	const names = place.split('/');
	return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

export function withState(content: SystemContent, more: readonly StateEntry[]): SystemContent {
	return {...content, state: [...content.state, ...more]};
}
