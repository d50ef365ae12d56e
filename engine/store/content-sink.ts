/**
 * Takes file contents one after another and says where each went. Whoever reads an image hands every
 * file to a sink: one stores objects, another only computes their names.
 */
export interface ContentSink {
	/**
	 * Begins one file of exactly `size` bytes, at least 1: empty files have no content to store.
	 * Several writers of one sink may be open at once. One that is never ended was given up, and what
	 * it took in must not become visible.
	 */
	begin(size: number): ContentWriter;
}

export interface ContentWriter {
	/**
	 * Takes the next bytes. The chunk is valid only until this returns, or its promise resolves: a
	 * sink copies or consumes it. A promise holds the reader back, and is the way to bound memory.
	 */
	write(chunk: Buffer): void | Promise<void>;
	/**
	 * All bytes were written. The reader goes on to the next file at once; it awaits the promise
	 * before it uses the result.
	 */
	end(): StoredContent | Promise<StoredContent>;
}

/** Where a content is: in the image itself up to `maxInlineSize` bytes, else an object. */
export interface StoredContent {
	readonly inline?: Buffer;
	/** Lower-case hex. */
	readonly verityDigest?: string;
}
