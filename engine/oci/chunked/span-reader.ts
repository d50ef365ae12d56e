/** Reads a stream that begins at some place of a blob, part by part. */
export class SpanReader implements AsyncDisposable {
	readonly #source: AsyncIterator<Buffer>;
	#position: number;
	#rest: Buffer = Buffer.alloc(0);

	/** @param position of the first byte of the source, in the blob */
	constructor(source: AsyncIterable<Buffer>, position: number) {
		this.#source = source[Symbol.asyncIterator]();
		this.#position = position;
	}

	/** The bytes up to `end`, which is excluded; fewer when the source ends. */
	async *upTo(end: number): AsyncGenerator<Buffer, void> {
		while (this.#position < end) {
			if (this.#rest.length === 0) {
				const next = await this.#source.next();
				if (next.done === true) return;
				this.#rest = next.value;
			}
			const chunk = this.#rest.subarray(0, end - this.#position);
			this.#rest = this.#rest.subarray(chunk.length);
			this.#position += chunk.length;
			yield chunk;
		}
	}

	async skipTo(position: number): Promise<void> {
		for await (const _ of this.upTo(position));
	}

	/** Ends the source, also where it was not read to its end. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.#source.return?.();
	}
}
