import path from 'node:path';
import type {BootPartition} from '../../engine/boot/boot-partition.ts';
import {rootUuidOf} from '../../engine/boot/command-line.ts';
import {parseLoaderEntry} from '../../engine/boot/loader-entry.ts';
import type {LoaderPlace} from '../../engine/boot/loader-update.ts';
import {readEspLoaders} from '../../engine/boot/read-loaders.ts';
import {entriesFolder, readBootContents} from '../../engine/boot/systemd-boot-contents.ts';
import type {EfiArchitecture} from '../../engine/boot/systemd-boot-files.ts';
import {DamagedInput} from '../../engine/errors.ts';
import {previousEntryFile} from '../takeover/previous-boot.ts';
import type {OpenVolume} from './open-volume.ts';

/** What boot partitions hold before an installation. */
export interface BootContentsBefore {
	readonly places: readonly LoaderPlace[];
	/** Of the partition for entries, by file name. */
	readonly entries: ReadonlyMap<string, string>;
	/** Text of the entry that an earlier takeover made, on either. */
	readonly previousEntry: string | undefined;
	readonly unifiedKernels: readonly string[];
	/** Loaders in the folders of all systems, from the ESP's root. */
	readonly programs: readonly string[];
	/** Bytes; of one partition both are the same. */
	readonly espFree: number;
	readonly kernelsFree: number;
}

/** @param kernels the partition for entries and kernels: the ESP itself, or XBOOTLDR */
export async function readBootBefore(
	esp: OpenVolume,
	kernels: OpenVolume,
	architecture: EfiArchitecture,
): Promise<BootContentsBefore> {
	const {places} = await readEspLoaders(esp.partition, esp.folder, architecture);
	const {entryTexts} = await readBootContents(kernels.partition);
	const ofEsp = esp === kernels ? undefined : (await readBootContents(esp.partition)).entryTexts;
	const previous = path.basename(previousEntryFile);
	const unified = await kernels.partition.list('EFI/Linux');
	return {
		places,
		entries: entryTexts,
		previousEntry: ofEsp?.get(previous) ?? entryTexts.get(previous),
		unifiedKernels: unified.flatMap(({name, type}) =>
			type === 'file' && /\.efi$/i.test(name) ? name : [],
		),
		programs: await listPrograms(esp.partition),
		espFree: await esp.partition.freeBytes(),
		kernelsFree: await kernels.partition.freeBytes(),
	};
}

async function listPrograms(esp: BootPartition): Promise<string[]> {
	const programs: string[] = [];
	for (const folder of await esp.list('EFI')) {
		if (folder.type !== 'directory') continue;
		const place = path.join('EFI', folder.name);
		for (const {name, type} of await esp.list(place))
			if (type === 'file' && /\.efi$/i.test(name)) programs.push(path.join(place, name));
	}
	return programs;
}

/** Paths of slipway's entries that boot from a file system. */
export function entriesOfRoot(entries: ReadonlyMap<string, string>, uuid: string): string[] {
	return [...entries].flatMap(([file, text]) => {
		if (!/^slipway-[0-9a-f]{12}\./.test(file)) return [];
		try {
			return rootUuidOf(parseLoaderEntry(text, file).options) === uuid
				? [path.join(entriesFolder, file)]
				: [];
		} catch (error) {
			if (error instanceof DamagedInput) return [];
			throw error;
		}
	});
}
