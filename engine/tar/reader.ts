import {DamagedInput} from '../errors.ts';
import {damagedEntry} from './damage.ts';
import {makeEntry, type TarEntry} from './entry.ts';
import {type Extensions, extensionKind, noExtensions, withExtension} from './extensions.ts';
import {blockSize, decodeHeader, isZeroBlock, type TarHeader} from './header.ts';

/** Takes the content of one entry. */
export interface EntryTarget {
	/** The chunk is a part of what the reader was given. A promise holds the reader back. */
	write(chunk: Buffer): void | Promise<void>;
	end(): void;
}

/**
 * Called for each entry in turn. Gives where its content goes; without a target the content is
 * passed over. The target of an entry of size 0 is not used.
 */
export type TarVisitor = (entry: TarEntry) => EntryTarget | undefined;

/** What may still be read. Readers may share one, and are then bounded together. */
export interface TarAllowance {
	entries: number;
	/** Bytes of PAX headers and long names. */
	extensionBytes: number;
}

export function defaultAllowance(): TarAllowance {
	return {entries: 1_000_000, extensionBytes: 128 << 20};
}

export interface TarReaderOptions {
	readonly allowance?: TarAllowance;
	/**
	 * Whether the tar may end after an entry, without the zero blocks that show it to be whole. Some
	 * builders of layers leave them out; there the diff ID tells what is cut off.
	 */
	readonly trailer?: 'required' | 'optional';
	/**
	 * Hears all bytes but those that a target takes, in their order: with the contents they are the whole
	 * tar again. A chunk is a part of what the reader was given.
	 */
	readonly onRaw?: (chunk: Buffer) => void;
}

/** As Go's archive/tar; a single xattr has at most 64 KiB. */
const maxExtensionSize = 1 << 20;

type Phase = 'header' | 'extension' | 'content' | 'padding' | 'trailer' | 'ended';

/**
 * A push parser of tar: bytes go in by {@link write}, entries and contents come out at the visitor.
 * Reads V7, ustar, PAX and GNU; global PAX headers are passed over, as Go does. Holds one header and
 * one extension at most, and makes nothing per entry but the entry. No use after an error.
 * @throws DamagedInput with the offset and the entry's name, for all that {@link makeEntry} refuses
 */
export class TarReader {
	readonly #visit: TarVisitor;
	readonly #allowance: TarAllowance;
	readonly #needsTrailer: boolean;
	readonly #onRaw: TarReaderOptions['onRaw'];
	readonly #block = Buffer.allocUnsafeSlow(blockSize);
	#phase: Phase = 'header';
	/** Bytes still to come of this phase. */
	#left = blockSize;
	#position = 0;
	/** The last header read: whose data and padding follow. */
	#header: TarHeader | undefined;
	#extensionData = Buffer.alloc(0);
	#extensions = noExtensions;
	#padding = 0;
	#target: EntryTarget | undefined;

	constructor(visit: TarVisitor, {allowance, trailer, onRaw}: TarReaderOptions = {}) {
		this.#visit = visit;
		this.#allowance = allowance ?? defaultAllowance();
		this.#needsTrailer = trailer !== 'optional';
		this.#onRaw = onRaw;
	}

	/** Where in the tar the reader stands, in bytes. */
	get position(): number {
		return this.#position;
	}

	get hasEnded(): boolean {
		return this.#phase === 'ended';
	}

	/** How many of the bytes that come next nobody wants, so that they need not be read. */
	get skippable(): number {
		if (this.#phase === 'padding' || this.#phase === 'ended') return this.#left;
		return this.#phase === 'content' && this.#target === undefined ? this.#left : 0;
	}

	/** Steps over bytes that {@link skippable} offers, instead of writing them. */
	skip(length: number): void {
		if (length > this.skippable) throw new RangeError(`${length} bytes cannot be skipped here`);
		this.#advance(length);
	}

	/** Takes the next bytes, and is done with them when its promise resolves. */
	async write(chunk: Buffer): Promise<void> {
		for (let at = 0; at < chunk.length; ) {
			const end = Math.min(chunk.length, at + this.#left);
			const held = this.#take(chunk, at, end);
			if (held !== undefined) await held;
			this.#advance(end - at);
			at = end;
		}
	}

	/** There are no more bytes. @throws DamagedInput when the tar is cut off */
	end(): void {
		if (this.#phase === 'ended') return;
		const isBetweenBlocks = this.#left === blockSize && this.#extensions === noExtensions;
		if (this.#phase === 'trailer' && isBetweenBlocks) return;
		if (this.#phase === 'header' && isBetweenBlocks && !this.#needsTrailer) return;
		if (this.#header === undefined || this.#phase === 'trailer')
			throw new DamagedInput('the tar is cut off', {offset: this.#position});
		throw damagedEntry(
			{offset: this.#position, name: this.#header.name},
			'the tar is cut off in or after this entry',
		);
	}

	#take(chunk: Buffer, start: number, end: number): void | Promise<void> {
		if (this.#phase === 'content' && this.#target !== undefined)
			return this.#target.write(chunk.subarray(start, end));
		this.#onRaw?.(chunk.subarray(start, end));
		if (this.#phase === 'header' || this.#phase === 'trailer')
			chunk.copy(this.#block, blockSize - this.#left, start, end);
		else if (this.#phase === 'extension')
			chunk.copy(this.#extensionData, this.#extensionData.length - this.#left, start, end);
	}

	#advance(count: number): void {
		this.#position += count;
		this.#left -= count;
		while (this.#left === 0) this.#endPhase();
	}

	#endPhase(): void {
		switch (this.#phase) {
			case 'header':
				this.#headerRead(decodeHeader(this.#block, this.#blockOffset));
				break;
			case 'extension':
				this.#extensionRead();
				break;
			case 'content':
				this.#target?.end();
				this.#target = undefined;
				this.#enter('padding', this.#padding);
				break;
			case 'padding':
				this.#enter('header', blockSize);
				break;
			case 'trailer':
				this.#trailerRead();
				break;
			case 'ended':
		}
	}

	#enter(phase: Phase, length: number): void {
		this.#phase = phase;
		this.#left = length;
	}

	/** Of the block that was just read. */
	get #blockOffset(): number {
		return this.#position - blockSize;
	}

	#headerRead(header: TarHeader | undefined): void {
		const isExtension = header !== undefined && extensionKind(header.typeflag) !== undefined;
		const isEntry = header !== undefined && !isExtension && header.typeflag !== 'g';
		if (!isEntry && !isExtension && this.#extensions !== noExtensions)
			throw new DamagedInput('an extended header is not followed by its entry', {
				offset: this.#blockOffset,
			});
		if (header === undefined) {
			this.#enter('trailer', blockSize);
			return;
		}
		this.#header = header;
		if (isExtension) this.#beginExtension(header);
		else if (isEntry) this.#beginEntry(header, this.#extensions);
		else this.#beginData('content', header, header.size);
	}

	#trailerRead(): void {
		if (!isZeroBlock(this.#block))
			throw new DamagedInput('the tar goes on after a block of zeros', {
				offset: this.#blockOffset,
			});
		this.#enter('ended', Number.POSITIVE_INFINITY);
	}

	#extensionRead(): void {
		if (this.#header !== undefined)
			this.#extensions = withExtension(this.#extensions, this.#header, this.#extensionData);
		this.#enter('padding', this.#padding);
	}

	#beginExtension(header: TarHeader): void {
		if (header.size > maxExtensionSize)
			throw damagedEntry(header, `an extended header has ${header.size} bytes, over 1 MiB`);
		this.#allowance.extensionBytes -= header.size;
		if (this.#allowance.extensionBytes < 0)
			throw damagedEntry(header, 'there are too many bytes of extended headers');
		this.#beginData('extension', header, header.size);
		this.#extensionData = Buffer.allocUnsafe(header.size);
	}

	#beginEntry(header: TarHeader, extensions: Extensions): void {
		this.#extensions = noExtensions;
		const entry = makeEntry(header, extensions);
		if (--this.#allowance.entries < 0) throw damagedEntry(header, 'there are too many entries');
		this.#target = this.#visit(entry);
		if (entry.size === 0) this.#target = undefined;
		this.#beginData('content', header, entry.size);
	}

	#beginData(phase: Phase, header: TarHeader, size: number): void {
		if (size < 0) throw damagedEntry(header, `its size is ${size}`);
		this.#padding = (blockSize - (size % blockSize)) % blockSize;
		this.#enter(phase, size);
	}
}
