import {type BigIntStats, lstatSync, readdirSync, rmdirSync, unlinkSync} from 'node:fs';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';

/** What a removal came to. */
export interface Removal {
	/** Bytes of files that are gone, as the file system counted them. */
	readonly bytes: number;
	readonly files: number;
	/** What could not be removed, with the reason; mount points and what holds them among it. */
	readonly left: readonly string[];
}

export interface RemovalOptions {
	readonly dryRun?: boolean;
	readonly device?: bigint;
}

/** Files removed before others get a turn. */
const filesPerTurn = 256;
const blockSize = 512;

/**
 * Removes a file or folder with all in it, but never what lies on another file system. What cannot be
 * removed is told and left, with the folders around it. Nothing there is nothing to do.
 * @param dryRun only counts
 * @param device the file system that it has to be on; that of `top` where there is none
 */
export async function removeBelow(
	top: string,
	{dryRun = false, device}: RemovalOptions = {},
): Promise<Removal> {
	const stat = lstatSync(top, {bigint: true, throwIfNoEntry: false});
	if (stat === undefined) return {bytes: 0, files: 0, left: []};
	const remover = new Remover(device ?? stat.dev, dryRun);
	await remover.remove(Buffer.from(path.resolve(top)));
	return remover;
}

class Remover implements Removal {
	bytes = 0;
	files = 0;
	readonly left: string[] = [];
	readonly #device: bigint;
	readonly #dryRun: boolean;
	/** Files with several names, which count once. */
	readonly #seen = new Set<bigint>();
	#turn = 0;

	constructor(device: bigint, dryRun: boolean) {
		this.#device = device;
		this.#dryRun = dryRun;
	}

	async remove(place: Buffer): Promise<void> {
		const stat = lstatSync(place, {bigint: true});
		if (stat.dev !== this.#device) {
			this.left.push(`${place}: it is another file system`);
			return;
		}
		if (++this.#turn % filesPerTurn === 0) await nextTurn();
		if (stat.isDirectory()) {
			await this.#removeContents(place);
			this.#attempt(place, rmdirSync);
		} else if (this.#attempt(place, unlinkSync)) this.#count(stat);
	}

	async #removeContents(folder: Buffer): Promise<void> {
		for (const name of readdirSync(folder, 'buffer'))
			await this.remove(Buffer.concat([folder, Buffer.from('/'), name]));
	}

	#attempt(place: Buffer, act: (place: Buffer) => void): boolean {
		try {
			if (!this.#dryRun) act(place);
			return true;
		} catch (error) {
			const {code = String(error)} = error as NodeJS.ErrnoException;
			// A folder with something left in it says no more than that.
			if (code !== 'ENOTEMPTY') this.left.push(`${place}: ${code}`);
			return false;
		}
	}

	#count({ino, nlink, blocks}: BigIntStats): void {
		if (this.#seen.has(ino)) return;
		if (nlink > 1n) this.#seen.add(ino);
		this.bytes += Number(blocks) * blockSize;
		this.files++;
	}
}
