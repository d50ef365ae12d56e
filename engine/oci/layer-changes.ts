import type {ContentSink, StoredContent} from '../store/content-sink.ts';
import {damagedEntry} from '../tar/damage.ts';
import type {TarEntry} from '../tar/entry.ts';
import {type EntryTarget, TarReader, type TarReaderOptions} from '../tar/reader.ts';
import type {ByteString, Directory, Leaf, Metadata, RegularFile} from '../tree/tree.ts';
import {parseWhiteout, type Whiteout} from './whiteout.ts';

/** What one layer does to the tree of the layers below it. */
export interface LayerChanges {
	/** In the order of the tar. */
	readonly entries: readonly LayerEntry[];
	/** They hide what lower layers have, wherever they stand in the tar. */
	readonly whiteouts: readonly PlacedWhiteout[];
}

export interface LayerEntry {
	/** Safe; `''` is the root. */
	readonly path: ByteString;
	/** Of its header in the layer's tar, for messages. */
	readonly offset: number;
	/** A new inode, or the path of one that gets one name more. */
	readonly node: Leaf | Directory | {readonly type: 'hardlink'; readonly target: ByteString};
}

export type PlacedWhiteout = Whiteout & {readonly offset: number};

/** Xattrs by which overlayfs would take a file for something else. */
const overlayXattr = 'trusted.overlay.';

/**
 * Reads a layer's tar to its end and hands every content to the sink.
 * @throws DamagedInput for entries that no layer may have
 */
export async function readLayerChanges(
	tar: AsyncIterable<Buffer>,
	sink: ContentSink,
	options: TarReaderOptions = {},
): Promise<LayerChanges> {
	const entries: LayerEntry[] = [];
	const whiteouts: PlacedWhiteout[] = [];
	const pending = new PendingContents();
	const reader = new TarReader(
		(entry) => {
			const whiteout = parseWhiteout(entry);
			if (whiteout === 'ignored') return undefined;
			if (whiteout !== undefined) {
				whiteouts.push({...whiteout, offset: entry.offset});
				return undefined;
			}
			const node = makeNode(entry);
			entries.push({path: entry.path, offset: entry.offset, node});
			return node.type === 'file' && node.size > 0 ? pending.target(node, sink) : undefined;
		},
		{trailer: 'optional', ...options},
	);
	try {
		for await (const chunk of tar) {
			await reader.write(chunk);
			pending.throwIfFailed();
		}
		reader.end();
	} finally {
		await pending.settled();
	}
	pending.throwIfFailed();
	return {entries, whiteouts};
}

function makeNode(entry: TarEntry): LayerEntry['node'] {
	const {type, mode, uid, gid, mtimeSec, mtimeNsec, xattrs, linkTarget = ''} = entry;
	const place = {offset: entry.offset, name: entry.path};
	for (const key of xattrs?.keys() ?? [])
		if (key.startsWith(overlayXattr))
			throw damagedEntry(place, `it has the xattr ${key}, which only overlayfs itself may set`);
	const metadata: Metadata = {mode, uid, gid, mtimeSec, mtimeNsec, xattrs};
	switch (type) {
		case 'hardlink':
			return {type, target: linkTarget};
		case 'symlink':
			return {...metadata, type, target: linkTarget};
		case 'directory':
			return {...metadata, type, children: new Map()};
		case 'file':
			return {...metadata, type, size: entry.size, inline: undefined, verityDigest: undefined};
		case 'fifo':
			return {...metadata, type};
		case 'character':
		case 'block':
			if (type === 'character' && entry.rdev === 0)
				throw damagedEntry(place, 'it is a device 0:0, which overlayfs takes for a whiteout');
			return {...metadata, type, rdev: entry.rdev};
	}
}

/** Contents that the sink has taken whole and not yet said where they are. */
class PendingContents {
	readonly #open = new Set<Promise<void>>();
	#failure: {readonly error: unknown} | undefined;

	target(file: RegularFile, sink: ContentSink): EntryTarget {
		const writer = sink.begin(file.size);
		return {
			write: (chunk) => writer.write(chunk),
			end: () => {
				const stored = writer.end();
				if (stored instanceof Promise) this.#follow(stored, file);
				else setContent(file, stored);
			},
		};
	}

	#follow(stored: Promise<StoredContent>, file: RegularFile): void {
		const settled = stored
			.then((content) => setContent(file, content))
			.catch((error: unknown) => {
				this.#failure ??= {error};
			})
			.finally(() => this.#open.delete(settled));
		this.#open.add(settled);
	}

	async settled(): Promise<void> {
		await Promise.all(this.#open);
	}

	throwIfFailed(): void {
		if (this.#failure !== undefined) throw this.#failure.error;
	}
}

function setContent(file: RegularFile, {inline, verityDigest}: StoredContent): void {
	file.inline = inline;
	file.verityDigest = verityDigest;
}
