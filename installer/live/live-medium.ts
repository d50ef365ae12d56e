/** What a live system of the image is booted from: kernel, initramfs, and the image as compressed EROFS. */
import {appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {RunningRoot} from '../../engine/source/running-root.ts';
import {syncFolder, unfinishedSuffix} from '../../engine/system/durable-file.ts';
import type {System} from '../../engine/system/system.ts';
import type {InstallFiles} from '../install-files.ts';
import {writeLiveInitramfs} from './live-initramfs.ts';
import {configInitramfs, type MediumConfig} from './medium-config.ts';
import {formatNetworkScript, imageInInitramfs, writeImageArchive} from './network-boot.ts';
import {liveLabel, writeRootImage} from './root-image.ts';

/** As they are called in the folder. */
export const liveFiles = {
	kernel: 'vmlinuz',
	initramfs: 'initrd.img',
	image: 'root.erofs',
	commandLine: 'cmdline',
	imageArchive: 'root.cpio',
	networkScript: 'boot.ipxe',
} as const;

/** Where they are until all of them are whole. */
const unfinishedFolder = `pxe${unfinishedSuffix}`;

export interface LiveMedium {
	readonly tree: RunningRoot['tree'];
	readonly files: Pick<InstallFiles, 'kernel' | 'kernelArguments'>;
	/** See `containerEnvironment`: what the live system tells of where its image came from. */
	readonly environment: string | undefined;
}

/** What a live medium is told besides. */
export interface LiveSettings {
	/** By what it installs; undefined where it asks, or looks elsewhere. */
	readonly config: MediumConfig | undefined;
	/** Besides those of the image. */
	readonly kernelArguments: readonly string[];
}

/**
 * Writes the files of a live medium into a folder, which is made; files of those names are replaced once all
 * of them are there and on the disk. Until then they are in a folder there that a next run empties.
 * @throws Refused `not-for-ipxe` before anything is written
 * @throws Lacking `missing-program` without mkfs.erofs
 * @throws Refused `image-too-large`
 */
export async function writeLiveMedium(
	system: Pick<System, 'run'>,
	medium: LiveMedium,
	folder: string,
	report: ProgressReporter,
	signal: AbortSignal,
	settings: LiveSettings = {config: undefined, kernelArguments: []},
): Promise<void> {
	const commandLine = (source: string) =>
		liveCommandLine(source, [...givenArguments(medium), ...settings.kernelArguments]);
	const script = networkScript(commandLine(imageInInitramfs));
	mkdirSync(folder, {recursive: true});
	const unfinished = path.join(folder, unfinishedFolder);
	rmSync(unfinished, {recursive: true, force: true});
	mkdirSync(unfinished, {mode: 0o700});
	const place = (name: string) => path.join(unfinished, name);
	try {
		const {kernel} = medium.files;
		await writeRootImage(system, medium, place(liveFiles.image), report, signal);
		await writeImageArchive(place(liveFiles.image), place(liveFiles.imageArchive), signal);
		copyFileSync(kernel.linux.path, place(liveFiles.kernel));
		writeLiveInitramfs(kernel.initramfs, medium.environment, place(liveFiles.initramfs));
		if (settings.config !== undefined)
			appendFileSync(place(liveFiles.initramfs), configInitramfs(settings.config));
		writeFileSync(place(liveFiles.commandLine), `${commandLine(`LABEL=${liveLabel}`)}\n`);
		writeFileSync(place(liveFiles.networkScript), script);
		const names = Object.values(liveFiles);
		for (const name of names) {
			await using file = await open(place(name));
			// As the umask says: an initramfs in an image is root's alone, and here it is to be served.
			await file.chmod(0o666 & ~process.umask());
			await file.sync();
		}
		for (const name of names) renameSync(place(name), path.join(folder, name));
		await syncFolder(folder);
	} finally {
		rmSync(unfinished, {recursive: true});
	}
}

/** The kernel arguments of the medium's image. */
export function givenArguments({files}: Pick<LiveMedium, 'files'>): string[] {
	return files.kernelArguments.map(({argument}) => argument);
}

/** How a live system is started. @param source where the initramfs finds the image, see slipway-live */
export function liveCommandLine(source: string, kernelArguments: readonly string[]): string {
	return ['root=tmpfs', `slipway.live=${source}`, ...kernelArguments].join(' ');
}

function networkScript(commandLine: string): string {
	const {kernel, initramfs, imageArchive} = liveFiles;
	return formatNetworkScript({kernel, initramfs: [initramfs, imageArchive], commandLine});
}
