import {inspect} from 'node:util';

const shown = '[redacted]';

/** A content that must not be shown: printed, inspected or turned into JSON, it says only that it is one. */
export class Secret {
	readonly #bytes: Buffer;

	constructor(content: string | Buffer) {
		this.#bytes = Buffer.from(content);
	}

	/** For who hands it on by a descriptor or into a file that only root may read. */
	reveal(): string {
		return this.#bytes.toString();
	}

	/** The same of one that may be no text. */
	revealBytes(): Buffer {
		return Buffer.from(this.#bytes);
	}

	toString(): string {
		return shown;
	}

	toJSON(): string {
		return shown;
	}

	[inspect.custom](): string {
		return shown;
	}
}
