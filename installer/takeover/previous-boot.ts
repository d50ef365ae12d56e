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
	/** Its files on the ESP or XBOOTLDR, folders with all in them; removed when nobody wants it any more. */
	readonly files: readonly string[];
}

/** @param title of the system */
export function findPreviousBoot(evidence: BootEvidence, title: string): PreviousBoot {
	const program = startedProgram(evidence);
	if (program === undefined)
		return {entry: undefined, how: 'no boot loader of it was found', files: []};
	if (!program.isSystemdBoot)
		return {
			entry: formatEntry(title, [['efi', `/${program.path}`]]),
			how: `by ${program.path}`,
			files: foldersOf(evidence, program.path),
		};
	return fromLoaderEntry(evidence, title);
}

function startedProgram({firmware, espUuid, fallback, programs}: BootEvidence) {
	const started =
		firmware.current === undefined ? undefined : firmware.options.get(firmware.current);
	const named = started?.program?.partitionUuid === espUuid ? started?.program?.path : undefined;
	return [named, fallback]
		.map((place) => programs.find((one) => place !== undefined && isSamePath(one.path, place)))
		.find((found) => found !== undefined);
}

/** Folders of boot loaders that are no single system's. */
const sharedFolders = /^EFI\/(BOOT|systemd|Linux|Microsoft)$/i;

function foldersOf({programs, osId}: BootEvidence, started: string): string[] {
	const folders = [
		path.dirname(started),
		...programs
			.map((one) => path.dirname(one.path))
			.filter((folder) => osId !== undefined && isSamePath(folder, `EFI/${osId}`)),
	];
	return [...new Set(folders)].filter((folder) => !sharedFolders.test(folder));
}

interface OldEntry extends LoaderEntry {
	readonly file: string;
}

function fromLoaderEntry(evidence: BootEvidence, title: string): PreviousBoot {
	const {selectedEntry = '', unifiedKernels, entries} = evidence;
	const unified = unifiedKernels.find((name) => isSamePath(name, selectedEntry));
	if (unified !== undefined) {
		const place = `EFI/Linux/${unified}`;
		return {entry: formatEntry(title, [['efi', `/${place}`]]), how: `by ${place}`, files: [place]};
	}
	const own = oldEntries(entries);
	const selected = own.find(({file}) => isSamePath(file, selectedEntry)) ?? newest(own);
	if (selected === undefined)
		return {entry: undefined, how: 'no loader entry of it was found', files: []};
	return {
		entry: formatEntry(title, [
			['linux', selected.linux],
			...selected.initrd.map((initrd) => ['initrd', initrd] as const),
			['options', selected.options],
		]),
		how: `as ${selected.file} says`,
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
