import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {BootPartition} from '../../engine/boot/boot-partition.ts';
import {rootUuidOf} from '../../engine/boot/command-line.ts';
import {isSamePath} from '../../engine/boot/firmware/firmware-boot.ts';
import {parseLoaderEntry} from '../../engine/boot/loader-entry.ts';
import type {LoaderPlace} from '../../engine/boot/loader-update.ts';
import {readEspLoaders} from '../../engine/boot/read-loaders.ts';
import {
	type BootContents,
	entriesFolder,
	readBootContents,
} from '../../engine/boot/systemd-boot-contents.ts';
import {
	type EfiArchitecture,
	loaderSettings,
	placesOnEsp,
} from '../../engine/boot/systemd-boot-files.ts';
import {DamagedInput} from '../../engine/errors.ts';
import {previousEntryFile} from '../takeover/previous-boot.ts';
import type {OpenVolume} from './open-volume.ts';

/** What boot partitions hold before an installation. */
export interface BootContentsBefore {
	readonly places: readonly LoaderPlace[];
	/** Of the partition for entries, by file name. */
	readonly entries: ReadonlyMap<string, string>;
	/** Kernels of slipway, as {@link readBootContents} finds them. */
	readonly kernels: BootContents['kernels'];
	/** Text of the entry that an earlier takeover made, on either. */
	readonly previousEntry: string | undefined;
	readonly unifiedKernels: readonly string[];
	/** Text of loader.conf, which says what the menu starts; undefined when there is none. */
	readonly settings: string | undefined;
	/** Loaders in the folders of all systems, from the ESP's root. */
	readonly programs: readonly string[];
	/** Those of them that have the same bytes as the one in the place of the fallback. */
	readonly fallbackTwins: readonly string[];
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
	const {entryTexts, kernels: ownKernels} = await readBootContents(kernels.partition);
	const ofEsp = esp === kernels ? undefined : (await readBootContents(esp.partition)).entryTexts;
	const previous = path.basename(previousEntryFile);
	const programs = await listPrograms(esp.partition);
	const unified = await kernels.partition.list('EFI/Linux');
	return {
		places,
		entries: entryTexts,
		kernels: ownKernels,
		previousEntry: ofEsp?.get(previous) ?? entryTexts.get(previous),
		unifiedKernels: unified.flatMap(({name, type}) =>
			type === 'file' && /\.efi$/i.test(name) ? name : [],
		),
		settings: await readSettings(esp.partition),
		programs: programs.map((program) => program.path),
		fallbackTwins: twinsOf(esp.folder, programs, placesOnEsp(architecture).fallback),
		espFree: await esp.partition.freeBytes(),
		kernelsFree: await kernels.partition.freeBytes(),
	};
}

async function readSettings(esp: BootPartition): Promise<string | undefined> {
	const {dir, base} = path.parse(loaderSettings);
	const file = (await esp.list(dir)).find(({name}) => isSamePath(name, base));
	return file && (await esp.readText(path.join(dir, file.name)));
}

interface Program {
	readonly path: string;
	readonly size: number;
}

async function listPrograms(esp: BootPartition): Promise<Program[]> {
	const programs: Program[] = [];
	for (const folder of await esp.list('EFI')) {
		if (folder.type !== 'directory') continue;
		const place = path.join('EFI', folder.name);
		for (const {name, type, size} of await esp.list(place))
			if (type === 'file' && /\.efi$/i.test(name))
				programs.push({path: path.join(place, name), size});
	}
	return programs;
}

/** @param folder where the ESP can be read */
function twinsOf(folder: string, programs: readonly Program[], fallback: string): string[] {
	const one = programs.find((program) => isSamePath(program.path, fallback));
	if (one === undefined) return [];
	const bytesOf = (program: Program) => readFileSync(path.join(folder, program.path));
	const bytes = bytesOf(one);
	return programs
		.filter((program) => program !== one && program.size === one.size)
		.filter((program) => bytesOf(program).equals(bytes))
		.map((program) => program.path);
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
