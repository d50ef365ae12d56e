import {DamagedInput} from '../../errors.ts';
import {damagedEntry} from '../../tar/damage.ts';
import type {TarEntry} from '../../tar/entry.ts';
import {type TarAllowance, TarReader} from '../../tar/reader.ts';
import {printable} from '../../tree/printable.ts';
import type {RegularFile} from '../../tree/tree.ts';
import type {Digest} from '../digest.ts';
import type {BlobSpan} from '../image.ts';
import {CollectedChanges, type LayerChanges} from '../layer-changes.ts';
import {differingField} from './match-entry.ts';
import type {TarSplitSegment} from './tar-split.ts';
import type {TocEntry} from './toc.ts';

/** A file whose content is to be had; empty ones have none. */
export interface OutlinedFile {
	/** Among the layer's changes; it does not say yet where its content is. */
	readonly file: RegularFile;
	/** For messages. */
	readonly name: string;
	readonly digest: Digest;
	/** Its frames in the blob, compressed. */
	readonly span: BlobSpan;
}

/** All of a layer but the contents of its files. */
export interface LayerOutline {
	readonly changes: LayerChanges;
	/** In the order of the tar. */
	readonly files: readonly OutlinedFile[];
	/** Of the tar, in bytes. */
	readonly size: number;
}

/**
 * Reads the tar of a layer without its contents, and compares it with the table of contents: both have to
 * list the same entries in the same order.
 * @param blobEnd where in the blob the frames of contents end
 * @returns undefined when a whiteout has a content, which no record of a layer could hold by itself
 * @throws DamagedInput for a difference, and for entries that no layer may have
 */
export async function readOutline(
	segments: AsyncIterable<TarSplitSegment>,
	toc: readonly TocEntry[],
	{allowance, blobEnd}: {readonly allowance: TarAllowance; readonly blobEnd: number},
): Promise<LayerOutline | undefined> {
	const outliner = new Outliner(toc, blobEnd);
	const reader = new TarReader(
		(entry) => {
			outliner.add(entry);
			return undefined;
		},
		{trailer: 'optional', allowance},
	);
	for await (const segment of segments) {
		if (segment.kind === 'raw') await reader.write(segment.bytes);
		else {
			if (outliner.awaited !== segment.size || reader.skippable !== segment.size)
				throw misplaced(reader.position);
			outliner.awaited = 0;
			reader.skip(segment.size);
		}
		if (outliner.awaited > 0 && reader.skippable !== outliner.awaited)
			throw misplaced(reader.position);
	}
	if (outliner.awaited > 0) throw misplaced(reader.position);
	reader.end();
	outliner.end();
	const {changes, files, hasOtherContents} = outliner;
	return hasOtherContents ? undefined : {changes, files, size: reader.position};
}

class Outliner {
	readonly changes = new CollectedChanges();
	readonly files: OutlinedFile[] = [];
	hasOtherContents = false;
	/** Bytes of the content that has to come next. */
	awaited = 0;
	readonly #toc: Iterator<TocEntry, undefined>;
	readonly #blobEnd: number;

	constructor(toc: readonly TocEntry[], blobEnd: number) {
		this.#toc = withoutChunks(toc);
		this.#blobEnd = blobEnd;
	}

	add(entry: TarEntry): void {
		const listed = this.#toc.next().value;
		const place = {offset: entry.offset, name: entry.path};
		if (this.awaited > 0) throw misplaced(entry.offset);
		if (listed === undefined) throw damagedEntry(place, 'the table of contents lacks it');
		const field = differingField(listed, entry);
		if (field !== undefined)
			throw damagedEntry(place, `the table of contents has another ${field} for it`);
		const file = this.changes.add(entry);
		this.awaited = entry.size;
		if (file !== undefined) this.files.push(this.#outline(file, listed));
		else if (entry.size > 0) this.hasOtherContents = true;
	}

	end(): void {
		const listed = this.#toc.next().value;
		if (listed !== undefined) throw damagedList(listed.name, 'the tar lacks it');
	}

	#outline(file: RegularFile, {name, digest, offset, endOffset}: TocEntry): OutlinedFile {
		const span = {start: offset ?? 0, end: endOffset ?? 0};
		if (!digest) throw damagedList(name, 'it has no digest');
		if (span.start >= span.end || span.end > this.#blobEnd)
			throw damagedList(name, `it cannot be at ${span.start} to ${span.end}`);
		return {file, name, digest, span};
	}
}

/** Later pieces of a file say nothing that its own entry does not. */
function* withoutChunks(toc: readonly TocEntry[]): Generator<TocEntry, undefined> {
	let file: string | undefined;
	for (const entry of toc) {
		if (entry.type !== 'chunk') yield entry;
		else if (entry.name !== file) throw damagedList(entry.name, 'a piece of it stands elsewhere');
		file = entry.type === 'reg' || entry.type === 'chunk' ? entry.name : undefined;
	}
	return undefined;
}

function damagedList(name: string, problem: string): DamagedInput {
	const shown = printable(Buffer.from(name).toString('latin1'));
	return new DamagedInput(`${shown} in the table of contents: ${problem}`, {hint: pushAgain});
}

function misplaced(offset: number): DamagedInput {
	return new DamagedInput('the tar-split has a content where the tar has none', {
		offset,
		hint: pushAgain,
	});
}

const pushAgain = 'Push the image again.';
