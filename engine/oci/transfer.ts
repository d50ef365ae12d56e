import type {ProgressReporter} from '../progress.ts';

const step = 'layers';

/** Counts what is transferred of layers, and reports it as one step. */
export class Transfer {
	readonly #progress: ProgressReporter;
	readonly #signal: AbortSignal | undefined;
	#total = 0;
	#bytes = 0;
	#spared = 0;
	#reported = 0;

	/** @param signal ends every transfer */
	constructor(progress: ProgressReporter, signal: AbortSignal | undefined) {
		this.#progress = progress;
		this.#signal = signal;
	}

	/** Bytes so far, of all layers. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Bytes that are to come at most. */
	get remaining(): number {
		return Math.max(0, this.#total - this.#bytes - this.#spared);
	}

	begin(title: string, total: number): void {
		this.#total = total;
		this.#progress({type: 'step', step, title, total, unit: 'bytes'});
	}

	/** @throws the reason for which one of them ended the work */
	throwIfStopped(failed: AbortSignal): void {
		failed.throwIfAborted();
		this.#signal?.throwIfAborted();
	}

	/** So many bytes came in. @throws as {@link throwIfStopped} */
	count(bytes: number, failed: AbortSignal): void {
		this.throwIfStopped(failed);
		this.#bytes += bytes;
		this.#report();
	}

	/** The same for all that a source gives. */
	async *counted(source: AsyncIterable<Buffer>, failed: AbortSignal): AsyncGenerator<Buffer, void> {
		for await (const chunk of source) {
			this.count(chunk.length, failed);
			yield chunk;
		}
	}

	/** The same for what comes on top of the total. */
	async *countedExtra(
		source: AsyncIterable<Buffer>,
		failed: AbortSignal,
	): AsyncGenerator<Buffer, void> {
		for await (const chunk of source) {
			this.#spared -= chunk.length;
			this.count(chunk.length, failed);
			yield chunk;
		}
	}

	/** So many bytes of the total need not come. */
	spare(bytes: number): void {
		this.#spared += bytes;
		this.#report();
	}

	warn(code: string, message: string): void {
		this.#progress({type: 'warning', code, message});
	}

	done(): void {
		this.#progress({type: 'done', step});
	}

	/** Never goes backwards. */
	#report(): void {
		const done = this.#bytes + this.#spared;
		if (done <= this.#reported) return;
		this.#reported = done;
		this.#progress({type: 'advance', step, done});
	}
}
