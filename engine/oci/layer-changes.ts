import type {StoredContent} from '../store/content-sink.ts';
import {damagedEntry} from '../tar/damage.ts';
import type {TarEntry} from '../tar/entry.ts';
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

/** The changes of a layer whose tar is being read. */
export class CollectedChanges implements LayerChanges {
	readonly entries: LayerEntry[] = [];
	readonly whiteouts: PlacedWhiteout[] = [];

	/**
	 * Takes the next entry. Gives the file whose content comes next, if anybody wants it.
	 * @throws DamagedInput for entries that no layer may have
	 */
	add(entry: TarEntry): RegularFile | undefined {
		const {path, offset} = entry;
		const whiteout = parseWhiteout(entry);
		if (whiteout === 'ignored') return undefined;
		if (whiteout !== undefined) {
			this.whiteouts.push({...whiteout, offset});
			return undefined;
		}
		const node = makeNode(entry);
		this.entries.push({path, offset, node});
		return node.type === 'file' && node.size > 0 ? node : undefined;
	}
}

export function setContent(file: RegularFile, {inline, verityDigest}: StoredContent): void {
	file.inline = inline;
	file.verityDigest = verityDigest;
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
