/**
 * What systemd-boot reads of a boot partition:
 *
 *   loader/entries/slipway-ID+LEFT-DONE.conf   one for each deployment
 *   EFI/Linux/slipway-DIGEST/{linux,initrd}    kernel and initramfs, shared by the entries that use them
 */
import path from 'node:path';
import {DamagedInput} from '../errors.ts';
import {unfinishedSuffix} from '../system/durable-file.ts';
import {
	type BootEntry,
	type BootEntryList,
	type BootStart,
	type DamagedBootEntry,
	inBootOrder,
} from './boot-loader.ts';
import type {BootPartition} from './boot-partition.ts';
import {parseEntryName} from './entry-name.ts';
import {type LoaderEntry, maxLoaderEntryLength, parseLoaderEntry} from './loader-entry.ts';

export const entriesFolder = 'loader/entries';
export const kernelsFolder = 'EFI/Linux';

/** Everything on a boot partition that plans depend on. */
export interface BootContents {
	/** Text of every file in {@link entriesFolder} that a boot loader reads, by name. */
	readonly entryTexts: ReadonlyMap<string, string>;
	/** Sizes of the files in each `slipway-…` folder in {@link kernelsFolder}. */
	readonly kernels: ReadonlyMap<string, ReadonlyMap<string, number>>;
	/** Paths of files that a crash left unfinished. */
	readonly unfinished: readonly string[];
}

/** A loader entry of slipway's as it lies on the partition. */
export interface EntryFile extends BootEntry {
	readonly file: string;
	readonly entry: LoaderEntry;
}

interface SortedEntries extends Pick<BootEntryList, 'foreign' | 'damaged'> {
	readonly own: readonly EntryFile[];
}

export async function readBootContents(partition: BootPartition): Promise<BootContents> {
	const entryTexts = new Map<string, string>();
	const kernels = new Map<string, ReadonlyMap<string, number>>();
	const unfinished: string[] = [];
	for (const {name, type, size} of await partition.list(entriesFolder)) {
		if (type !== 'file') continue;
		const file = `${entriesFolder}/${name}`;
		if (name.endsWith(unfinishedSuffix)) unfinished.push(file);
		else if (parseEntryName(name) !== undefined)
			entryTexts.set(name, size > maxLoaderEntryLength ? '' : await partition.readText(file));
	}
	for (const {name, type} of await partition.list(kernelsFolder)) {
		if (type !== 'directory' || !name.startsWith('slipway-')) continue;
		const folder = `${kernelsFolder}/${name}`;
		const files = await partition.list(folder);
		kernels.set(name, new Map(files.map((file) => [file.name, file.size])));
		for (const file of files)
			if (file.name.endsWith(unfinishedSuffix)) unfinished.push(`${folder}/${file.name}`);
	}
	return {entryTexts, kernels, unfinished};
}

export function listEntries(contents: BootContents): BootEntryList {
	const {own, foreign, damaged} = sortEntries(contents);
	const files = new Map<string, EntryFile>();
	// A crash may leave two files for one deployment; the boot loader goes by the first.
	for (const file of inBootOrder(own))
		if (!files.has(file.deploymentId)) files.set(file.deploymentId, file);
	const first = [...files.values()];
	return {
		entries: first.map(({deploymentId, title, sequence, tries}) => ({
			deploymentId,
			title,
			sequence,
			tries,
		})),
		foreign,
		damaged,
		starts: first.flatMap(startOf),
	};
}

function startOf({deploymentId, entry}: EntryFile): BootStart[] {
	const {linux, initrd, options: commandLine} = entry;
	const kernel = path.basename(path.dirname(linux));
	const isOurs =
		linux === `/${kernelsFolder}/${kernel}/linux` &&
		initrd.length === 1 &&
		initrd[0] === `/${kernelsFolder}/${kernel}/initrd`;
	return isOurs ? [{deploymentId, kernel, commandLine}] : [];
}

/** Tells slipway's entries from those of others, and whole ones from damaged ones. */
export function sortEntries(contents: BootContents): SortedEntries {
	const own: EntryFile[] = [];
	const foreign: string[] = [];
	const damaged: DamagedBootEntry[] = [];
	for (const [file, text] of contents.entryTexts) {
		const {stem, tries} = parseEntryName(file) ?? {stem: file, tries: undefined};
		const deploymentId = deploymentOf(stem);
		if (deploymentId === undefined) {
			foreign.push(file);
			continue;
		}
		try {
			const entry = parseLoaderEntry(text, file);
			const sequence = sequenceOf(entry, file);
			own.push({deploymentId, title: entry.title ?? stem, sequence, tries, file, entry});
		} catch (error) {
			if (!(error instanceof DamagedInput)) throw error;
			damaged.push({file, deploymentId, problem: error.message});
		}
	}
	return {own, foreign, damaged};
}

/** Names of the files, of whatever counters, that have one of these stems. */
export function filesWithStems(contents: BootContents, stems: readonly string[]): string[] {
	return [...contents.entryTexts.keys()].filter((file) =>
		stems.includes(parseEntryName(file)?.stem ?? file),
	);
}

/** What the names of a deployment's entries begin with. */
export function entryStem(deploymentId: string): string {
	return `slipway-${deploymentId}`;
}

function deploymentOf(stem: string): string | undefined {
	return /^slipway-([0-9a-f]{12}\.\d{1,9})$/.exec(stem)?.[1];
}

function sequenceOf({version}: LoaderEntry, file: string): number {
	if (version !== undefined && /^\d{1,15}$/.test(version)) return Number(version);
	throw new DamagedInput(`${file}: version "${version ?? ''}" is not a sequence number`);
}
