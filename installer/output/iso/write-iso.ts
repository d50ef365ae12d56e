import {rmSync, statSync} from 'node:fs';
import path from 'node:path';
import type {MediumImages} from '../../../engine/boot/grub/medium-images.ts';
import type {EfiArchitecture} from '../../../engine/boot/systemd-boot-files.ts';
import type {ProgressReporter} from '../../../engine/progress.ts';
import type {System} from '../../../engine/system/system.ts';
import type {FileSource} from '../../content.ts';
import type {Firmware} from '../../disk/firmware.ts';
import {seededVolumeId} from '../../disk/identifiers.ts';
import type {InstallFiles} from '../../install-files.ts';
import {writeLiveInitramfs} from '../../live/live-initramfs.ts';
import {
	givenArguments,
	type LiveMedium,
	type LiveSettings,
	liveCommandLine,
} from '../../live/live-medium.ts';
import {configInitramfs} from '../../live/medium-config.ts';
import {writeRootImage} from '../../live/root-image.ts';
import {fileDigest} from '../file-digest.ts';
import {makeScratch} from '../scratch.ts';
import {layOutIso} from './iso-layout.ts';
import type {IsoFile} from './iso-tree.ts';
import {espSize, type LiveEsp, writeEsp} from './live-esp.ts';
import {mediumFormat} from './medium-settings.ts';
import {writeIsoFile} from './write-iso-file.ts';

export interface IsoMedium extends LiveMedium {
	readonly files: Pick<InstallFiles, 'kernel' | 'kernelArguments' | 'bootProgram' | 'osRelease'>;
}

export interface IsoOptions extends LiveSettings {
	readonly efi: EfiArchitecture;
	readonly firmware: Firmware;
	/** Of the image, where a BIOS is to start the medium. */
	readonly grub: MediumImages | undefined;
	/** All identifiers follow from it. */
	readonly seed: string;
	/** Of all files but those in the image. */
	readonly time: Date;
	/** A file with the compressed image, as `writeRootImage` makes it; one is made for this when left out. */
	readonly rootImage?: string | undefined;
}

/** What tells a medium of slipway, see {@link mediumFormat}. */
export const mediumApplication = `SLIPWAY LIVE MEDIUM ${mediumFormat}`;

const rootImagePath = 'slipway/root.erofs';

/**
 * Makes a live medium: a hybrid ISO that firmware starts as a CD and as a disk.
 * @param file which is empty; temporary files come beside it
 * @throws Lacking `missing-program`
 * @throws OperationFailed and others, with a file that is of no use
 */
export async function writeIso(
	system: System,
	medium: IsoMedium,
	options: IsoOptions,
	file: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	const scratch = await makeScratch(file);
	try {
		const rootImage = options.rootImage ?? path.join(scratch, 'root.erofs');
		if (options.rootImage === undefined)
			await writeRootImage(system, medium, rootImage, report, signal);
		const initramfs = path.join(scratch, 'initrd');
		writeLiveInitramfs(medium.files.kernel.initramfs, medium.environment, initramfs);
		const digest = await fileDigest(rootImage, signal);
		const label = isoLabel(digest);
		const esp = liveEsp(medium, options, label, initramfs);
		const layout = layOutIso({
			label,
			application: mediumApplication,
			time: options.time,
			files: isoFiles(rootImage, digest),
			espSize: espSize(esp),
			...{firmware: options.firmware, grub: options.grub},
		});
		await writeIsoFile(system, file, layout, options.seed, report, signal);
		signal.throwIfAborted();
		await writeEsp(system, file, layout.esp, esp, report);
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

/** Kernel and root come from two partitions: the label has them be of one medium, where several are attached. */
function isoLabel(digest: string): string {
	return `SLIPWAY_LIVE_${digest.slice(0, 8).toUpperCase()}`;
}

/** In the order in which they lie on the medium. */
function isoFiles(rootImage: string, digest: string): IsoFile[] {
	const sums = Buffer.from(`${digest}  ${rootImagePath}\n`);
	return [
		{
			path: 'SHA256SUMS',
			mode: 0o444,
			source: {kind: 'bytes', bytes: sums},
			size: sums.length,
		},
		{
			path: rootImagePath,
			mode: 0o444,
			source: hostFile(rootImage),
			size: statSync(rootImage).size,
		},
	];
}

function liveEsp(
	medium: IsoMedium,
	{efi, firmware, seed, time, config, kernelArguments}: IsoOptions,
	label: string,
	initramfs: string,
): LiveEsp {
	const {bootProgram, kernel, osRelease} = medium.files;
	return {
		settings: {
			version: mediumFormat,
			title: mediumTitle(osRelease),
			efi,
			firmware,
			commandLine: liveCommandLine(`LABEL=${label}:/${rootImagePath}`, givenArguments(medium)),
			kernelArguments: [...kernelArguments],
			volumeId: seededVolumeId(seed, 'live esp'),
			time: Math.floor(time.getTime() / 1000),
			...(config && {config: config.effect}),
		},
		program: hostFile(bootProgram),
		kernel: {kind: 'path', path: kernel.linux.path},
		initramfs: hostFile(initramfs),
		config: config && {kind: 'bytes', bytes: configInitramfs(config)},
	};
}

/** Of the image: a version is told that its name does not have. */
function mediumTitle({prettyName, imageVersion}: InstallFiles['osRelease']): string {
	const isTold = imageVersion === undefined || prettyName.includes(imageVersion);
	return isTold ? prettyName : `${prettyName} ${imageVersion}`;
}

function hostFile(file: string): FileSource {
	return {kind: 'path', path: Buffer.from(file).toString('latin1')};
}
