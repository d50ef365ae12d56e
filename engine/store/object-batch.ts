/** Contents on their way to the thread that writes them, one behind the other in one buffer. */
export interface ObjectBatch {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly contents: readonly BatchedContent[];
}

export interface BatchedContent {
	readonly verityDigest: string;
	readonly start: number;
	readonly end: number;
}

/** What became of a batch; its buffer comes back, to be used again. */
export interface BatchOutcome {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Of the contents, in their order; null for those that were written. */
	readonly failures: readonly (WriteFailure | null)[];
}

/** An error as it can be sent between threads. */
export interface WriteFailure {
	/** `ENOSPC`, … */
	readonly code: string | undefined;
	readonly message: string;
}
