import {maxInlineSize} from '../tree/tree.ts';
import type {ContentSink, ContentWriter, StoredContent} from './content-sink.ts';
import type {ContentStream, ObjectIntake, TakenContent} from './object-intake.ts';

/** Contents up to this size wait in memory for their digest, and are not written if the store has them. */
const maxBuffered = 1 << 20;

/** Who hears of what becomes of contents. */
export interface SinkListener {
	/** One became an object. */
	taken(content: TakenContent): void;
	/** One could not be written, and may be there in part. */
	failed(): void;
}

/** Says at once where a content went. */
export interface ObjectWriter extends ContentWriter {
	end(): StoredContent;
}

/** Puts streamed contents into an intake. */
export class ObjectSink implements ContentSink {
	readonly #intake: ObjectIntake;
	readonly #listener: SinkListener;
	readonly #open = new Set<ContentStream>();

	constructor(intake: ObjectIntake, listener: SinkListener) {
		this.#intake = intake;
		this.#listener = listener;
	}

	begin(size: number): ObjectWriter {
		return size <= maxBuffered ? this.#buffered(size) : this.#streamed();
	}

	/** Forgets contents that were begun and never ended. */
	giveUp(): void {
		for (const stream of this.#open) stream.giveUp();
		this.#open.clear();
	}

	#buffered(size: number): ObjectWriter {
		const content = Buffer.allocUnsafe(size);
		let length = 0;
		return {
			write: (chunk) => {
				length += chunk.copy(content, length);
			},
			end: () => {
				const whole = content.subarray(0, length);
				return size <= maxInlineSize
					? {inline: whole}
					: this.#taken(() => this.#intake.takeBytes(whole));
			},
		};
	}

	#streamed(): ObjectWriter {
		const stream = this.#intake.open();
		this.#open.add(stream);
		return {
			write: (chunk) => this.#orFail(() => stream.write(chunk)),
			end: () => {
				this.#open.delete(stream);
				return this.#taken(() => stream.end());
			},
		};
	}

	#taken(take: () => TakenContent): StoredContent {
		const content = this.#orFail(take);
		this.#listener.taken(content);
		return {verityDigest: content.verityDigest};
	}

	#orFail<T>(work: () => T): T {
		try {
			return work();
		} catch (error) {
			this.#listener.failed();
			throw error;
		}
	}
}
