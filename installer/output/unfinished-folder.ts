import {chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';

/**
 * Where files are made that are to appear in a folder whole, and together. What another run has left of such a
 * folder is never used.
 */
export class UnfinishedFolder implements Disposable {
	readonly path: string;
	readonly #target: string;

	/** Makes the target too. */
	constructor(target: string) {
		mkdirSync(target, {recursive: true});
		this.#target = target;
		this.path = mkdtempSync(path.join(target, '.slipway-'));
	}

	place(name: string): string {
		return path.join(this.path, name);
	}

	/** Moves all files to the target, onto what has their names, when all of them are on the medium. */
	async publish(): Promise<void> {
		const names = readdirSync(this.path);
		for (const name of names) {
			chmodSync(this.place(name), 0o644);
			await sync(this.place(name));
		}
		for (const name of names) renameSync(this.place(name), path.join(this.#target, name));
		await sync(this.#target);
	}

	[Symbol.dispose](): void {
		rmSync(this.path, {recursive: true, force: true});
	}
}

async function sync(file: string): Promise<void> {
	await using handle = await open(file, 'r');
	await handle.sync();
}
