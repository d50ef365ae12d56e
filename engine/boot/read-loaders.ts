import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {ImageRoot} from '../lint/image-root.ts';
import {unfinishedSuffix} from '../system/durable-file.ts';
import type {BootPartition, BootPartitionFile} from './boot-partition.ts';
import {parseEfiProgram} from './efi-program.ts';
import type {LoaderPlace, OfferedLoader} from './loader-update.ts';
import {type EfiArchitecture, lookForSystemdBoot, placesOnEsp} from './systemd-boot-files.ts';

/** What an ESP has of boot loaders. */
export interface EspLoaders {
	readonly places: readonly LoaderPlace[];
	/** Paths of files that a crash left unfinished. */
	readonly unfinished: readonly string[];
}

/** More than any boot loader has; what is larger is something else. */
const maxProgramLength = 16 * 2 ** 20;

/**
 * Looks where boot loaders are on an ESP. Both of systemd-boot's own places are in the result, whether
 * there is anything or not.
 * @param partition the same ESP
 */
export async function readEspLoaders(
	partition: Pick<BootPartition, 'list'>,
	esp: string,
	architecture: EfiArchitecture,
): Promise<EspLoaders> {
	const {own, fallback} = placesOnEsp(architecture);
	const folders = [path.dirname(own), path.dirname(fallback)];
	const files: BootPartitionFile[] = [];
	for (const folder of folders)
		for (const file of await partition.list(folder))
			if (file.type === 'file') files.push({...file, name: `${folder}/${file.name}`});
	const programs = files.filter(({name}) => /\.efi$/i.test(name));
	const places: LoaderPlace[] = [];
	for (const [role, place] of [['own', own] as const, ['fallback', fallback] as const])
		if (!programs.some(({name}) => isSame(name, place)))
			places.push({path: place, role, content: 'missing'});
	for (const {name, size} of programs) {
		const role = isSame(name, own) ? 'own' : isSame(name, fallback) ? 'fallback' : 'other';
		places.push({path: name, role, content: await readContent(path.join(esp, name), size)});
	}
	const unfinished = files.map(({name}) => name).filter((name) => name.endsWith(unfinishedSuffix));
	return {places, unfinished};
}

/** Undefined when the image has none that can be told from others. */
export async function readOfferedLoader(
	root: string,
	architecture: EfiArchitecture,
): Promise<OfferedLoader | undefined> {
	const file = await lookForSystemdBoot(new ImageRoot(root), architecture);
	if (file === undefined) return undefined;
	const bytes = await readFile(file);
	const program = parseEfiProgram(bytes);
	if (program?.systemdBoot === undefined) return undefined;
	return {program: {...program, systemdBoot: program.systemdBoot}, bytes};
}

async function readContent(file: string, size: number): Promise<LoaderPlace['content']> {
	if (size > maxProgramLength) return {machine: 0, systemdBoot: undefined, isSigned: false};
	return parseEfiProgram(await readFile(file)) ?? 'damaged';
}

/** FAT keeps the case of a name and pays no heed to it. */
function isSame(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}
