import {StringDecoder} from 'node:string_decoder';

/** Makes lines of what comes in pieces. Longer ones are cut, so that what never ends takes no memory. */
export class LineSplitter {
	readonly #onLine: (line: string) => void;
	readonly #longest: number;
	readonly #decoder = new StringDecoder('utf8');
	#rest = '';

	/** @param longest in UTF-16 units */
	constructor(onLine: (line: string) => void, longest = 4096) {
		this.#onLine = onLine;
		this.#longest = longest;
	}

	add(bytes: Uint8Array): void {
		const pieces = this.#decoder.write(Buffer.from(bytes)).split('\n');
		for (const [index, piece] of pieces.entries()) {
			if (index > 0) this.#take();
			this.#rest = (this.#rest + piece).slice(0, this.#longest);
		}
	}

	/** The last line, if it has no end. */
	end(): void {
		this.#rest += this.#decoder.end();
		if (this.#rest !== '') this.#take();
	}

	#take(): void {
		this.#onLine(this.#rest.replace(/\r$/, ''));
		this.#rest = '';
	}
}
