/**
 * The EFI system partition of a live medium, which holds all that firmware has to read:
 *
 *   EFI/BOOT/BOOTX64.EFI                     systemd-boot, where firmware looks on any medium
 *   loader/loader.conf, loader/entries/…     its menu
 *   slipway/linux, slipway/initrd            kernel and initramfs
 *   slipway/config                           an initramfs with a configuration, when there is one
 *   slipway/medium.json                      what the menu is made from
 *
 * It is made anew when a medium is customised: nothing of an earlier configuration stays, and it is the same as
 * if the medium had been made with the new one.
 */
import {type BootFile, textFile} from '../../../engine/boot/boot-partition.ts';
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
export function espFiles({settings, program, kernel, initramfs, config}: LiveEsp): BootFile[] {
	const menu = {settings, hasConfig: config !== undefined};
	const {title} = settings;
	const marks = (...more: readonly string[]) => {
		const all = [...more, effectOf(settings).mark].flatMap((mark) => mark ?? []);
		return all.length === 0 ? title : `${title} (${all.join('; ')})`;
	};
	return [
		{path: programOnEsp(settings), source: program},
		textFile(loaderSettings, `timeout ${menuTimeoutSec}\ndefault ${defaultEntry}\n`),
		textFile(`${entriesFolder}/${defaultEntry}`, entryText(menu, 1, marks(), [])),
		textFile(
			`${entriesFolder}/${checkEntry}`,
			entryText(menu, 2, marks('check this medium first'), [checkArgument]),
		),
		textFile(espPaths.settings, formatMediumSettings(settings)),
		{path: espPaths.kernel, source: kernel},
		{path: espPaths.initramfs, source: initramfs},
		...(config === undefined ? [] : [{path: espPaths.config, source: config}]),
	];
}

function entryText(
	{settings, hasConfig}: {readonly settings: MediumSettings; readonly hasConfig: boolean},
	place: number,
	title: string,
	more: readonly string[],
): string {
	return formatLoaderEntry({
		title,
		sortKey: `slipway-${place}`,
		version: undefined,
		linux: `/${espPaths.kernel}`,
		initrd: [`/${espPaths.initramfs}`, ...(hasConfig ? [`/${espPaths.config}`] : [])],
		options: [liveArguments(settings), ...more].join(' '),
		others: [],
	});
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
