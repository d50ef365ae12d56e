/** What starts the system before, found where firmware and boot loader say so. */
import path from 'node:path';
import {type FirmwareBoot, isSamePath} from '../../engine/boot/firmware/firmware-boot.ts';
import {type LoaderEntry, parseLoaderEntry} from '../../engine/boot/loader-entry.ts';
import {compareVersions} from '../../engine/boot/version-order.ts';
import {DamagedInput} from '../../engine/errors.ts';

/** Names its entry: `default slipway-*` of loader.conf takes it when no deployment has attempts left. */
export const previousEntryFile = 'loader/entries/slipway-previous.conf';

export interface BootEvidence {
	readonly firmware: FirmwareBoot;
	/** What systemd-boot was told to start; undefined when another boot loader did it. */
	readonly selectedEntry: string | undefined;
	readonly espUuid: string | undefined;
	/** Where firmware looks that has no entry that works. */
	readonly fallback: string;
	/** Paths of boot loaders on the ESP, and which of them are systemd-boot. */
	readonly programs: readonly {readonly path: string; readonly isSystemdBoot: boolean}[];
	/** Loader entries by file name, on the ESP or XBOOTLDR. */
	readonly entries: ReadonlyMap<string, string>;
	/** The entry that an earlier takeover made, which was perhaps killed. */
	readonly previousEntry: string | undefined;
	/** Names of files in EFI/Linux. */
	readonly unifiedKernels: readonly string[];
	/** `ID=` of os-release, and the machine ID. */
	readonly osId: string | undefined;
	readonly machineId: string | undefined;
}

export interface PreviousBoot {
	/** Of the entry that starts it; undefined when nobody knows how. */
	readonly entry: string | undefined;
	/** How, for people. */
	readonly how: string;
	/** A boot loader on the ESP that the entry names; undefined when it names files beside itself. */
	readonly program: string | undefined;
	/** Its files on the ESP or XBOOTLDR, folders with all in them; removed when nobody wants it any more. */
	readonly files: readonly string[];
}

/** @param title of the system */
export function findPreviousBoot(evidence: BootEvidence, title: string): PreviousBoot {
	const program = startedProgram(evidence);
	if (program === undefined) return unknown('no boot loader of it was found');
	if (!program.isSystemdBoot) return fromProgram(evidence, title, program.path);
	return isSelected(evidence, path.basename(previousEntryFile))
		? fromEarlierTakeover(evidence, title)
		: fromLoaderEntry(evidence, title);
}

/** One that the firmware names and that is not there is not somebody else's in the place of the fallback. */
function startedProgram(evidence: BootEvidence) {
	const {firmware, espUuid, fallback, programs} = evidence;
	const started =
		firmware.current === undefined ? undefined : firmware.options.get(firmware.current);
	const named = started?.program?.partitionUuid === espUuid ? started?.program?.path : undefined;
	const program = programs.find((one) => isSamePath(one.path, named ?? fallback));
	const isFallback = program !== undefined && isSamePath(program.path, fallback);
	return (isFallback ? shimInstead(evidence) : undefined) ?? program;
}

/** In the fallback's place shim starts its helper, if that is there, which puts the old system first again. */
function shimInstead({fallback, programs, osId}: BootEvidence) {
	const architecture = path.basename(fallback, path.extname(fallback)).slice('BOOT'.length);
	const find = (place: string) => programs.find((one) => isSamePath(one.path, place));
	const helper = path.join(path.dirname(fallback), `fb${architecture}.efi`);
	return find(helper) && find(`EFI/${osId}/shim${architecture}.efi`);
}

function isSelected({selectedEntry = ''}: BootEvidence, file: string): boolean {
	return isSamePath(file, selectedEntry);
}

function unknown(how: string): PreviousBoot {
	return {entry: undefined, how, program: undefined, files: []};
}

function fromProgram(evidence: BootEvidence, title: string, program: string): PreviousBoot {
	return {
		entry: formatEntry(title, [['efi', `/${program}`]]),
		how: `by ${program}`,
		program,
		files: foldersOf(evidence, program),
	};
}

function fromUnified(title: string, name: string): PreviousBoot {
	const place = `EFI/Linux/${name}`;
	return {
		entry: formatEntry(title, [['efi', `/${place}`]]),
		how: `by ${place}`,
		program: undefined,
		files: [place],
	};
}

/** The boot loader that runs is slipway's: what it started says how it did. */
function fromEarlierTakeover(evidence: BootEvidence, title: string): PreviousBoot {
	const {previousEntry = '', programs, unifiedKernels, entries} = evidence;
	const place = /^(?:efi|linux)[ \t]+\/(.*)$/m.exec(previousEntry)?.[1] ?? '';
	const program = programs.find((one) => isSamePath(one.path, place));
	if (program !== undefined) return fromProgram(evidence, title, program.path);
	const unified = unifiedKernels.find((name) => isSamePath(`EFI/Linux/${name}`, place));
	if (unified !== undefined) return fromUnified(title, unified);
	const own = oldEntries(entries);
	const selected = own.find(({linux}) => isSamePath(linux, `/${place}`));
	return selected === undefined
		? unknown(`${previousEntryFile} names nothing that is there`)
		: fromEntry(evidence, title, own, selected);
}

/** Folders of boot loaders that are no single system's. */
const sharedFolders = /^EFI\/(BOOT|systemd|Linux|Microsoft|refind|tools|OC|CLOVER)$/i;

function foldersOf({programs, osId}: BootEvidence, started: string): string[] {
	const folders = [
		path.dirname(started),
		...programs
			.map((one) => path.dirname(one.path))
			.filter((folder) => osId !== undefined && isSamePath(folder, `EFI/${osId}`)),
	];
	return [...new Set(folders)].filter((folder) => !sharedFolders.test(folder));
}

/**
 * Whether the program in the place of the fallback goes with the system: a copy of a file that does, or
 * what starts it and is nobody else's copy.
 * @param twins programs elsewhere on the ESP with the same bytes
 */
export function isFallbackOf(
	{program, files}: Pick<PreviousBoot, 'program' | 'files'>,
	fallback: string,
	twins: readonly string[],
): boolean {
	if (twins.length === 0) return program !== undefined && isSamePath(program, fallback);
	return twins.some((twin) => files.some((file) => isSamePath(path.dirname(twin), file)));
}

interface OldEntry extends LoaderEntry {
	readonly file: string;
}

function fromLoaderEntry(evidence: BootEvidence, title: string): PreviousBoot {
	const {unifiedKernels, entries} = evidence;
	const unified = unifiedKernels.find((name) => isSelected(evidence, name));
	if (unified !== undefined) return fromUnified(title, unified);
	const own = oldEntries(entries);
	const selected = own.find(({file}) => isSelected(evidence, file)) ?? newest(own);
	return selected === undefined
		? unknown('no loader entry of it was found')
		: fromEntry(evidence, title, own, selected);
}

function fromEntry(
	evidence: BootEvidence,
	title: string,
	own: readonly OldEntry[],
	selected: OldEntry,
): PreviousBoot {
	return {
		entry: formatEntry(title, [
			['linux', selected.linux],
			...selected.initrd.map((initrd) => ['initrd', initrd] as const),
			['options', selected.options],
		]),
		how: `as ${selected.file} says`,
		program: undefined,
		files: filesOfEntries(own, selected, evidence),
	};
}

function oldEntries(texts: ReadonlyMap<string, string>): OldEntry[] {
	return [...texts].flatMap(([file, text]) => {
		if (file.startsWith('slipway-')) return [];
		try {
			return [{...parseLoaderEntry(text, file), file}];
		} catch (error) {
			// Of others' entries some start no Linux.
			if (error instanceof DamagedInput) return [];
			throw error;
		}
	});
}

function newest(entries: readonly OldEntry[]): OldEntry | undefined {
	return entries.toSorted((a, b) => compareVersions(b.version ?? '', a.version ?? ''))[0];
}

/** Entries of the same machine ID, and the folder that their kernels are in, if it is theirs alone. */
function filesOfEntries(
	entries: readonly OldEntry[],
	selected: OldEntry,
	{machineId}: BootEvidence,
): string[] {
	const idOf = ({others}: OldEntry) => others.find(([key]) => key === 'machine-id')?.[1];
	const topOf = ({linux}: OldEntry) => linux.split('/')[1] ?? '';
	const isIts = (entry: OldEntry) =>
		entry === selected || (machineId !== undefined && idOf(entry) === machineId);
	const its = entries.filter(isIts);
	const tops = [...new Set(its.map(topOf))].filter(
		(top) =>
			!/^(EFI|loader|)$/i.test(top) &&
			entries.every((entry) => topOf(entry) !== top || isIts(entry)),
	);
	return [...its.map(({file}) => `loader/entries/${file}`), ...tops];
}

/** Behind all deployments that have attempts left, before those that have none. */
function formatEntry(title: string, lines: readonly (readonly [string, string])[]): string {
	const all = [['title', title], ['sort-key', 'slipway'], ['version', '0'], ...lines] as const;
	return all
		.filter(([, value]) => value !== '')
		.map(([key, value]) => `${key} ${value}\n`)
		.join('');
}
