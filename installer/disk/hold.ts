import {closeSync, constants, openSync} from 'node:fs';
import {Refused} from '../../engine/errors.ts';

/**
 * Keeps a block device to this process from before the first write to the last: while it is open with
 * O_EXCL, nobody mounts it or a partition of it, another installation finds it in use, in whatever
 * container, and udev reads no partitions from it. A flock(2) alone would not do: it belongs to the
 * device's node, and each container has its own. For plain files the flag means nothing to the kernel;
 * there the lock does.
 */
export class DiskHold implements Disposable {
	readonly #path: string;
	#descriptor: number | undefined;

	/** @throws Refused `in-use` when something else has the device */
	constructor(path: string) {
		this.#path = path;
		this.#descriptor = openExclusively(path);
	}

	/** For writing; valid until the next {@link lend}. */
	get descriptor(): number {
		if (this.#descriptor === undefined) throw new RangeError(`${this.#path} is not held now`);
		return this.#descriptor;
	}

	/**
	 * Lets programs have the disk that open it with O_EXCL themselves (mkfs.vfat, mke2fs), and takes it
	 * back. Who comes in between makes them, or this, fail: two never write.
	 * @throws Refused `in-use` when something else has taken it
	 */
	async lend<T>(use: () => Promise<T>): Promise<T> {
		this[Symbol.dispose]();
		const result = await use();
		this.#descriptor = openExclusively(this.#path);
		return result;
	}

	[Symbol.dispose](): void {
		if (this.#descriptor !== undefined) closeSync(this.#descriptor);
		this.#descriptor = undefined;
	}
}

function openExclusively(path: string): number {
	try {
		return openSync(path, constants.O_RDWR | constants.O_EXCL);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EBUSY')) throw error;
		throw new Refused('in-use', `${path} has come into use since it was inspected`, {
			hint: 'Stop what uses it and run again.',
			cause: error,
		});
	}
}
