import {maxInlineSize} from '../tree/tree.ts';
import type {ContentSink, ContentWriter, StoredContent} from './content-sink.ts';
import type {ContentStream, ObjectIntake, TakenContent} from './object-intake.ts';

/** Contents up to this size wait in memory for their digest, and are not written if the store has them. */
const maxBuffered = 1 << 20;

/** Puts streamed contents into an intake; `onTaken` hears of each that became an object. */
export class ObjectSink implements ContentSink {
	readonly #intake: ObjectIntake;
	readonly #onTaken: (content: TakenContent) => void;
	readonly #open = new Set<ContentStream>();

	constructor(intake: ObjectIntake, onTaken: (content: TakenContent) => void) {
		this.#intake = intake;
		this.#onTaken = onTaken;
	}

	begin(size: number): ContentWriter {
		return size <= maxBuffered ? this.#buffered(size) : this.#streamed();
	}

	/** Forgets contents that were begun and never ended. */
	giveUp(): void {
		for (const stream of this.#open) stream.giveUp();
		this.#open.clear();
	}

	#buffered(size: number): ContentWriter {
		const content = Buffer.allocUnsafe(size);
		let length = 0;
		return {
			write: (chunk) => {
				length += chunk.copy(content, length);
			},
			end: () => {
				const whole = content.subarray(0, length);
				return size <= maxInlineSize ? {inline: whole} : this.#taken(this.#intake.takeBytes(whole));
			},
		};
	}

	#streamed(): ContentWriter {
		const stream = this.#intake.open();
		this.#open.add(stream);
		return {
			write: (chunk) => stream.write(chunk),
			end: () => {
				this.#open.delete(stream);
				return this.#taken(stream.end());
			},
		};
	}

	#taken(content: TakenContent): StoredContent {
		this.#onTaken(content);
		return {verityDigest: content.verityDigest};
	}
}
