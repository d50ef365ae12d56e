/** Bytes between two flushes: enough to keep a disk busy, little enough to end soon after the last. */
const portion = 32 << 20;

/**
 * Has data written to the medium while more is made, for otherwise the disk waits for the program and
 * at the end the program for the disk. One flush runs at a time.
 */
export class EarlyWriteback implements AsyncDisposable {
	readonly #flush: () => Promise<unknown>;
	#unflushed = 0;
	#running: Promise<void> | undefined;
	#failure: {readonly error: unknown} | undefined;

	constructor(flush: () => Promise<unknown>) {
		this.#flush = flush;
	}

	/** @throws whatever an earlier flush has thrown */
	wrote(bytes: number): void {
		if (this.#failure !== undefined) throw this.#failure.error;
		this.#unflushed += bytes;
		if (this.#unflushed < portion || this.#running !== undefined) return;
		this.#unflushed = 0;
		this.#running = this.#runFlush();
	}

	/** Waits for the flush that runs. What was written since is the caller's to flush. */
	async settle(): Promise<void> {
		await this.#running;
		if (this.#failure !== undefined) throw this.#failure.error;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#running;
	}

	async #runFlush(): Promise<void> {
		try {
			await this.#flush();
		} catch (error) {
			this.#failure = {error};
		} finally {
			this.#running = undefined;
		}
	}
}
