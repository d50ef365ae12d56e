/** What a live system of the image is booted from: kernel, initramfs, and the image as compressed EROFS. */
import {appendFileSync, chmodSync, copyFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {RunningRoot} from '../../engine/source/running-root.ts';
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
 * Writes the files of a live medium into a folder, which is empty and which nobody else may enter.
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
	const place = (name: string) => path.join(folder, name);
	const {kernel} = medium.files;
	await writeRootImage(system, medium, place(liveFiles.image), report, signal);
	await writeImageArchive(place(liveFiles.image), place(liveFiles.imageArchive), signal);
	copyFileSync(kernel.linux.path, place(liveFiles.kernel));
	writeLiveInitramfs(kernel.initramfs, medium.environment, place(liveFiles.initramfs));
	if (settings.config !== undefined)
		appendFileSync(place(liveFiles.initramfs), configInitramfs(settings.config));
	writeFileSync(place(liveFiles.commandLine), `${commandLine(`LABEL=${liveLabel}`)}\n`);
	writeFileSync(place(liveFiles.networkScript), script);
	// As the umask says: an initramfs in an image is root's alone, and here it is to be served.
	for (const name of Object.values(liveFiles)) chmodSync(place(name), 0o666 & ~process.umask());
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
