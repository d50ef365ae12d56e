/** A live system of the reference image, as `slipway disk --format pxe` makes it, and a disk to install to. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {liveFiles} from '../../installer/live/live-medium.ts';
import {podman} from '../host/podman.ts';
import {cache, imageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import type {MachineOptions} from './qemu-command.ts';

export class LiveMedium implements Disposable {
	readonly #folder: string;
	/** What is `/dev/vdb` in the live system; empty at first. */
	readonly target: string;

	private constructor(folder: string) {
		this.#folder = folder;
		this.target = path.join(folder, 'target.raw');
		makeDisk(this.target);
	}

	/** Makes one in an ordinary container; the caller disposes of it. */
	static async make(): Promise<LiveMedium> {
		mkdirSync(cache, {recursive: true});
		const folder = mkdtempSync(path.join(cache, 'live-'));
		await podman([
			...['run', '--rm', '--volume', `${folder}:/out`, imageName],
			...['disk', '--quiet', '--format', 'pxe', '/out'],
		]);
		return new LiveMedium(folder);
	}

	/** A machine without firmware's help, as a network boot ends up, with the root image on its first disk. */
	machine(): MachineOptions {
		const place = (name: string) => path.join(this.#folder, name);
		return {
			disk: place(liveFiles.image),
			discardChanges: true,
			direct: {
				kernel: place(liveFiles.kernel),
				initrd: place(liveFiles.initramfs),
				append: readFileSync(place(liveFiles.commandLine), 'utf8').trim(),
			},
			moreDisks: [this.target],
			memoryMib: 2048,
		};
	}

	[Symbol.dispose](): void {
		rmSync(this.#folder, {recursive: true});
	}
}
