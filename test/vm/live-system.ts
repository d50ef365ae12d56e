/** Live systems of an image, booted from what `slipway disk --format pxe` makes. */
import {mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {liveFiles} from '../../installer/live/live-medium.ts';
import {podman} from '../host/podman.ts';
import {cache, imageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import type {MachineOptions} from './qemu-command.ts';

/** Makes a medium in a folder, by an ordinary container. */
export async function makeLiveMedium(image: string, folder: string): Promise<void> {
	await podman([
		...['run', '--rm', '--volume', `${folder}:/out`, image],
		...['disk', '--quiet', '--format', 'pxe', '/out'],
	]);
}

/** A machine as a network boot by UEFI ends up, with the root image on its first disk. */
export function liveMachine(
	folder: string,
	moreDisks: readonly string[],
): MachineOptions & {readonly direct: NonNullable<MachineOptions['direct']>} {
	const place = (name: string) => path.join(folder, name);
	return {
		disk: place(liveFiles.image),
		discardChanges: true,
		direct: {
			kernel: place(liveFiles.kernel),
			initrd: place(liveFiles.initramfs),
			append: readFileSync(place(liveFiles.commandLine), 'utf8').trim(),
			// What is installed is for the firmware that the live system is started by.
			firmware: true,
		},
		moreDisks,
		memoryMib: 2048,
	};
}

/** A live medium as one file, and a disk to install to. */
export class LiveIso implements Disposable {
	readonly #folder: string;
	readonly file: string;
	/** What is `/dev/vda` in the live system; empty at first. */
	readonly target: string;

	private constructor(folder: string) {
		this.#folder = folder;
		this.file = path.join(folder, 'live.iso');
		this.target = path.join(folder, 'target.raw');
		makeDisk(this.target);
	}

	/**
	 * Makes one in an ordinary container, which sees `files` below /out; the caller disposes of it.
	 * @param args of the command
	 */
	static async make(
		args: readonly string[] = [],
		files: Readonly<Record<string, string>> = {},
	): Promise<LiveIso> {
		mkdirSync(cache, {recursive: true});
		const folder = mkdtempSync(path.join(cache, 'iso-'));
		for (const [name, text] of Object.entries(files))
			writeFileSync(path.join(folder, name), text, {mode: 0o600});
		await makeMedium(folder, ['disk', '--format', 'iso', '--name', 'live', ...args, '/out']);
		return new LiveIso(folder);
	}

	/** Puts a copy that `disk iso` makes in its place. */
	async customize(args: readonly string[]): Promise<void> {
		const words = ['disk', 'iso', '--customize', '/out/live.iso', ...args, '/out/copy.iso'];
		await makeMedium(this.#folder, words);
		renameSync(path.join(this.#folder, 'copy.iso'), this.file);
	}

	/** As it was at first. */
	emptyTarget(): void {
		makeDisk(this.target);
	}

	/** A machine that starts the disk, or the medium while that is empty. Offline. */
	machine(as: 'cd' | 'usb'): MachineOptions {
		return {disk: this.target, medium: {file: this.file, as}, memoryMib: 2048, offline: true};
	}

	[Symbol.dispose](): void {
		rmSync(this.#folder, {recursive: true});
	}
}

async function makeMedium(folder: string, words: readonly string[]): Promise<void> {
	await podman(['run', '--rm', '--volume', `${folder}:/out`, imageName, ...words, '--quiet']);
}
