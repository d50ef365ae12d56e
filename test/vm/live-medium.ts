/** A live system of the reference image, and a disk to install to. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {cache, imageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import {liveMachine, makeLiveMedium} from './live-system.ts';
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
		await makeLiveMedium(imageName, folder);
		return new LiveMedium(folder);
	}

	machine(): MachineOptions {
		return liveMachine(this.#folder, [this.target]);
	}

	[Symbol.dispose](): void {
		rmSync(this.#folder, {recursive: true});
	}
}
