import type {BootFile} from '../../engine/boot/boot-partition.ts';
import {spaceOf} from '../../engine/boot/boot-space.ts';
import {
	decideLoaderUpdate,
	type LoaderPlace,
	type OfferedLoader,
} from '../../engine/boot/loader-update.ts';
import {isLoaderFile} from '../../engine/boot/systemd-boot-files.ts';
import {sourceSize} from '../content.ts';

/** Files of a system by the partition that they go on. */
export interface SortedBootFiles {
	/** Boot loader and its settings. */
	readonly esp: readonly BootFile[];
	/** Kernel, initramfs and the mark of what the entries are. */
	readonly kernels: readonly BootFile[];
}

export function sortBootFiles(files: readonly BootFile[]): SortedBootFiles {
	return {
		esp: files.filter(isLoaderFile),
		kernels: files.filter((file) => !isLoaderFile(file)),
	};
}

/**
 * Those that may be written: another boot loader keeps the place where firmware looks by itself, and a copy
 * of systemd-boot that is newer, or signed where the image's is not, stays.
 */
export function withoutOthersPlaces(
	files: readonly BootFile[],
	places: readonly LoaderPlace[],
	offered: Pick<OfferedLoader, 'program'> | undefined,
): BootFile[] {
	const decisions = offered === undefined ? [] : decideLoaderUpdate(places, offered);
	const stays = places.filter(({path, role, content}) => {
		if (typeof content === 'string') return false;
		if (content.systemdBoot === undefined) return role !== 'own';
		const state = decisions.find((decision) => decision.path === path)?.state;
		return state === 'newer' || state === 'signed';
	});
	const kept = new Set(stays.map(({path}) => path.toLowerCase()));
	return files.filter(({path}) => !kept.has(path.toLowerCase()));
}

/** Bytes that files take at most on a FAT file system. */
export function sizeOfFiles(files: readonly BootFile[]): number {
	return spaceOf(files.map(({source}) => ({size: sourceSize(source)})));
}
