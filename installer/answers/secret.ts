import {inspect} from 'node:util';

const shown = '[redacted]';

/** A text that must not be shown: printed, inspected or turned into JSON, it says only that it is one. */
export class Secret {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	/** For who hands it on by a descriptor or into a file that only root may read. */
	reveal(): string {
		return this.#text;
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
