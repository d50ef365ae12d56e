import type {BootFile} from '../../engine/boot/boot-partition.ts';
import {spaceOf} from '../../engine/boot/boot-space.ts';
import {
	decideLoaderUpdate,
	type LoaderPlace,
	type OfferedLoader,
} from '../../engine/boot/loader-update.ts';
import {isLoaderFile, loaderSettings} from '../../engine/boot/systemd-boot-files.ts';
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

/** Those without the menu's settings where somebody else's are there, who may want another system first. */
export function withoutOthersSettings(
	files: readonly BootFile[],
	settings: string | undefined,
): BootFile[] {
	const isOthers = settings !== undefined && !/^default[ \t]+slipway-\*[ \t]*$/m.test(settings);
	return files.filter(({path}) => !(isOthers && path === loaderSettings));
}

/** Paths of files that are not written since another boot loader's are there. */
export function othersFiles(
	files: readonly BootFile[],
	written: readonly BootFile[],
	places: readonly LoaderPlace[],
): string[] {
	const isSystemdBoot = (file: string) =>
		places.some(
			({path, content}) =>
				path.toLowerCase() === file.toLowerCase() &&
				typeof content === 'object' &&
				content.systemdBoot !== undefined,
		);
	return files
		.filter((file) => !written.includes(file))
		.map(({path}) => path)
		.filter((path) => !isSystemdBoot(path));
}

/** Whether the boot loader in its own place will have a signature: the image's, or one that stays. */
export function isOwnSigned(
	places: readonly LoaderPlace[],
	offered: Pick<OfferedLoader, 'program'> | undefined,
): boolean {
	if (offered === undefined) return false;
	const own = places.find(({role}) => role === 'own');
	const decision = decideLoaderUpdate(places, offered).find(({path}) => path === own?.path);
	const stays = decision?.state === 'newer' || decision?.state === 'signed';
	return stays && typeof own?.content === 'object'
		? own.content.isSigned
		: offered.program.isSigned;
}

/** Bytes that files take at most on a FAT file system. */
export function sizeOfFiles(files: readonly BootFile[]): number {
	return spaceOf(files.map(({source}) => ({size: sourceSize(source)})));
}
