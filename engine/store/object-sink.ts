import {maxInlineSize} from '../tree/tree.ts';
import type {ContentSink, ContentWriter, StoredContent} from './content-sink.ts';
import type {ContentStream, ObjectIntake, TakenContent} from './object-intake.ts';
import type {ObjectWriter} from './object-writer.ts';

/** Contents up to this size wait in memory for their digest, and are not written if the store has them. */
const maxBuffered = 1 << 20;

/** Who hears of what becomes of contents. */
export interface SinkListener {
	/** One became an object. */
	taken(content: TakenContent): void;
	/** One could not be written, and may be there in part. */
	failed(): void;
}

/** Says at once where a content is to be. */
export interface ObjectTarget extends Pick<ContentWriter, 'write'> {
	end(): {
		readonly stored: StoredContent;
		/** Of a content that is not there yet. */
		readonly written: Promise<void> | undefined;
	};
}

/** Puts streamed contents into an intake. */
export class ObjectSink implements ContentSink {
	readonly #intake: ObjectIntake;
	readonly #writer: ObjectWriter;
	readonly #listener: SinkListener;
	readonly #open = new Set<ContentStream>();
	/** Each holds one content at a time. */
	readonly #buffers: Buffer[] = [];

	constructor(intake: ObjectIntake, writer: ObjectWriter, listener: SinkListener) {
		this.#intake = intake;
		this.#writer = writer;
		this.#listener = listener;
	}

	begin(size: number): ContentWriter {
		return contentWriter(this.target(size));
	}

	/** As {@link begin}, for those who need to know at once where a content will be. */
	target(size: number): ObjectTarget {
		return size <= maxBuffered ? this.#buffered(size) : this.#streamed();
	}

	/** Forgets contents that were begun and never ended. */
	giveUp(): void {
		for (const stream of this.#open) stream.giveUp();
		this.#open.clear();
	}

	#buffered(size: number): ObjectTarget {
		const buffer = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(maxBuffered);
		let length = 0;
		return {
			write: (chunk) => {
				length += chunk.copy(buffer, length, 0, Math.min(chunk.length, size - length));
				return this.#writer.room();
			},
			end: () => {
				const whole = buffer.subarray(0, length);
				const taken =
					size <= maxInlineSize
						? {stored: {inline: Buffer.from(whole)}, written: undefined}
						: this.#store(whole);
				this.#buffers.push(buffer);
				return taken;
			},
		};
	}

	#store(bytes: Buffer): ReturnType<ObjectTarget['end']> {
		const content = this.#orFail(() => this.#intake.identify(bytes));
		if (!content.isNew) return this.#taken(content);
		const written = this.#orFail(() => this.#writer.write(content.verityDigest, bytes));
		return this.#taken(
			content,
			written?.catch((error: unknown) => {
				this.#listener.failed();
				throw error;
			}),
		);
	}

	#streamed(): ObjectTarget {
		const stream = this.#intake.open();
		this.#open.add(stream);
		return {
			write: (chunk) => this.#orFail(() => stream.write(chunk)),
			end: () => {
				this.#open.delete(stream);
				return this.#taken(this.#orFail(() => stream.end()));
			},
		};
	}

	#taken(content: TakenContent, written?: Promise<void>): ReturnType<ObjectTarget['end']> {
		this.#listener.taken(content);
		return {stored: {verityDigest: content.verityDigest}, written};
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

/** Says where a content is when it is there. */
export function contentWriter(target: ObjectTarget): ContentWriter {
	return {
		write: (chunk) => target.write(chunk),
		end: () => {
			const {stored, written} = target.end();
			return written === undefined ? stored : written.then(() => stored);
		},
	};
}
