/**
 * The EFI system partition of a live medium, which holds all that firmware has to read:
 *
 *   EFI/BOOT/BOOTX64.EFI                     systemd-boot, where firmware looks on any medium
 *   loader/loader.conf, loader/entries/…     its menu
 *   grub/grub.cfg                            the same for GRUB, which a BIOS starts
 *   slipway/linux, slipway/initrd            kernel and initramfs
 *   slipway/config                           an initramfs with a configuration, when there is one
 *   slipway/medium.json                      what the menu is made from
 *
 * It is made anew when a medium is customised: nothing of an earlier configuration stays, and it is the same as
 * if the medium had been made with the new one.
 */
import {type BootFile, textFile} from '../../../engine/boot/boot-partition.ts';
import {menuFile} from '../../../engine/boot/grub/grub-plan.ts';
import {formatMediumMenu, type MediumEntry} from '../../../engine/boot/grub/menu.ts';
import {formatLoaderEntry} from '../../../engine/boot/loader-entry.ts';
import {entriesFolder} from '../../../engine/boot/systemd-boot-contents.ts';
import {
	loaderSettings,
	menuTimeoutSec,
	placesOnEsp,
} from '../../../engine/boot/systemd-boot-files.ts';
import {unmountedPartition} from '../../../engine/boot/unmounted-partition.ts';
import type {ProgressReporter} from '../../../engine/progress.ts';
import type {System} from '../../../engine/system/system.ts';
import {type FileSource, sourceSize} from '../../content.ts';
import {makeEspFileSystem} from '../../disk/file-system.ts';
import {startsByBios, startsByUefi} from '../../disk/firmware.ts';
import {leastFat32Clusters} from '../../disk/minimum-sizes.ts';
import {alignUp, MiB} from '../../disk/size.ts';
import type {Region} from './iso-layout.ts';
import {
	effectOf,
	formatMediumSettings,
	liveArguments,
	type MediumSettings,
} from './medium-settings.ts';

export interface LiveEsp {
	readonly settings: MediumSettings;
	/** systemd-boot. */
	readonly program: FileSource;
	readonly kernel: FileSource;
	readonly initramfs: FileSource;
	/** See `configInitramfs`. */
	readonly config: FileSource | undefined;
}

/** Where they are on the partition; `program` depends on the architecture. */
export const espPaths = {
	kernel: 'slipway/linux',
	initramfs: 'slipway/initrd',
	config: 'slipway/config',
	settings: 'slipway/medium.json',
} as const;

export const programOnEsp = ({efi}: Pick<MediumSettings, 'efi'>): string =>
	placesOnEsp(efi).fallback;

const defaultEntry = 'slipway-live.conf';
const checkEntry = 'slipway-live-check.conf';
/** Has the initramfs check the medium, see slipway-live. */
export const checkArgument = 'slipway.check';

/** All files, in the order in which they are written. */
export function espFiles(esp: LiveEsp): BootFile[] {
	const {settings, program, kernel, initramfs, config} = esp;
	const entries = menuOf(esp);
	return [
		...(startsByUefi(settings.firmware)
			? [{path: programOnEsp(settings), source: program}, ...systemdBootMenu(entries)]
			: []),
		...(startsByBios(settings.firmware)
			? [textFile(menuFile, formatMediumMenu(entries, menuTimeoutSec))]
			: []),
		textFile(espPaths.settings, formatMediumSettings(settings)),
		{path: espPaths.kernel, source: kernel},
		{path: espPaths.initramfs, source: initramfs},
		...(config === undefined ? [] : [{path: espPaths.config, source: config}]),
	];
}

/** The first is started when nobody picks one. */
function menuOf({settings, config}: LiveEsp): readonly [MediumEntry, MediumEntry] {
	const {mark} = effectOf(settings);
	const entry = (marks: readonly string[], more: readonly string[]): MediumEntry => ({
		title: marks.length === 0 ? settings.title : `${settings.title} (${marks.join('; ')})`,
		linux: `/${espPaths.kernel}`,
		initrd: [espPaths.initramfs, ...(config === undefined ? [] : [espPaths.config])].map(
			(place) => `/${place}`,
		),
		options: [liveArguments(settings), ...more].join(' '),
	});
	const marks = mark === undefined ? [] : [mark];
	return [entry(marks, []), entry(['check this medium first', ...marks], [checkArgument])];
}

function systemdBootMenu([first, checking]: readonly [MediumEntry, MediumEntry]): BootFile[] {
	const entryFile = (name: string, place: number, entry: MediumEntry) =>
		textFile(
			`${entriesFolder}/${name}`,
			formatLoaderEntry({...entry, sortKey: `slipway-${place}`, version: undefined, others: []}),
		);
	return [
		textFile(loaderSettings, `timeout ${menuTimeoutSec}\ndefault ${defaultEntry}\n`),
		entryFile(defaultEntry, 1, first),
		entryFile(checkEntry, 2, checking),
	];
}

/** So much a configuration may take that comes later: slipway reads none of more than 4 MiB. */
export const configRoom = 5 * MiB;

const cluster = 4096;

/** Bytes of a partition that has room for such files, and for another configuration. */
export function espSize(esp: LiveEsp): number {
	const files = espFiles({...esp, config: undefined});
	const bytes = files.reduce((sum, {source}) => sum + alignUp(sourceSize(source), cluster), 0);
	// Tables of clusters take 1.6 % where these are smallest.
	const content = bytes * 1.02 + configRoom + 2 * MiB;
	return alignUp(Math.max(content, leastFat32Clusters * 512 + 4 * MiB), MiB);
}

/** Makes the file system, where there is nothing but zeros yet, and fills it. */
export async function writeEsp(
	system: Pick<System, 'run'>,
	file: string,
	{start, size}: Region,
	esp: LiveEsp,
	report: ProgressReporter,
): Promise<void> {
	report({type: 'step', step: 'boot', title: 'Writing the boot partition'});
	const {volumeId, time} = esp.settings;
	const dated = runsAt(system, time);
	const fileSystem = {type: 'vfat', uuid: volumeId, label: 'SLIPWAYLIVE'} as const;
	await makeEspFileSystem(dated, {path: file, sectorSize: 512}, {start, size, fileSystem});
	const partition = unmountedPartition(dated, {file, offset: start});
	// One after the other: several together come in the order that a folder on this host has.
	for (const one of espFiles(esp)) await partition.write([one]);
	report({type: 'done', step: 'boot'});
}

/** FAT keeps local times. */
function runsAt(system: Pick<System, 'run'>, time: number): Pick<System, 'run'> {
	const moment = {SOURCE_DATE_EPOCH: String(time), TZ: 'UTC0'};
	return {
		run: (command, args, options) =>
			system.run(command, args, {...options, env: {...moment, ...options?.env}}),
	};
}
