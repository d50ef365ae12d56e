import {DamagedInput} from '../errors.ts';
import type {ByteString, Directory, Leaf, Metadata, RegularFile} from '../tree/tree.ts';
import {
	DumpFields,
	type DumpPath,
	type DumpPosition,
	type DumpXattr,
	damagedDump,
} from './dump-fields.ts';
import {fileTypeOf} from './format.ts';
import {verityAlgorithmOf} from './fs-verity.ts';
import {objectPathOf} from './overlay.ts';

const maxKnownXattrs = 10_000;

/** A name whose inode may stand on a later line. */
interface HardLink {
	readonly place: Place;
	readonly target: DumpPath;
	readonly position: DumpPosition;
}

interface Place {
	readonly directory: Directory;
	readonly name: ByteString;
}

/**
 * Reads a dump as `mkcomposefs --from-file` does; the tree keeps what a dump records beyond it.
 * Unlike mkcomposefs, this refuses numbers out of range, digests that are none, escaped NUL bytes
 * outside of contents, and hard links to directories.
 * @throws DamagedInput with the line
 * @see composefs-dump(5)
 */
export function parseDump(bytes: Buffer): Directory {
	const parser = new DumpParser(bytes);
	return parser.parse();
}

class DumpParser {
	readonly #fields: DumpFields;
	/** By path, where the root's is empty. */
	readonly #directories = new Map<ByteString, Directory>();
	readonly #links = new Map<ByteString, HardLink>();
	/** By what stands in the dump: labels come by the thousand, and their buffers can be shared. */
	readonly #xattrs = new Map<string, DumpXattr>();

	constructor(bytes: Buffer) {
		this.#fields = new DumpFields(bytes);
	}

	parse(): Directory {
		while (this.#fields.nextLine()) this.#parseLine();
		const root = this.#directories.get('');
		if (root === undefined) throw new DamagedInput('the dump is empty', {offset: 0});
		for (const link of this.#links.values()) this.#resolve(link);
		return root;
	}

	#parseLine(): void {
		const fields = this.#fields;
		const path = fields.path('PATH');
		const size = fields.number('SIZE');
		const isLink = fields.take('@');
		const mode = fields.number('MODE', 8);
		const type = mode > 0o177777 ? undefined : fileTypeOf(mode);
		if (type === undefined) throw fields.damage(`MODE has no known file type: ${mode.toString(8)}`);
		if (isLink) this.#parseLink(path);
		else if (type === 'directory') this.#parseDirectory(path, mode & 0o7777);
		else this.#parseLeaf(path, type, mode & 0o7777, size);
	}

	#parseLink(path: DumpPath): void {
		const fields = this.#fields;
		for (const name of ['NLINK', 'UID', 'GID', 'RDEV', 'MTIME']) fields.skip(name);
		const link = {
			place: this.#placeOf(path),
			target: fields.path('PAYLOAD'),
			position: fields.position,
		};
		this.#links.set(joinPath(path), link);
	}

	#parseDirectory(path: DumpPath, mode: number): void {
		const fields = this.#fields;
		fields.skip('NLINK');
		const {metadata} = parseMetadata(fields, mode);
		for (const name of ['PAYLOAD', 'CONTENT', 'DIGEST']) fields.optional(name);
		metadata.xattrs = this.#parseXattrs();
		const directory: Directory = {...metadata, type: 'directory', children: new Map()};
		if (this.#directories.size > 0 || !isRoot(path)) {
			const place = this.#placeOf(path);
			place.directory.children.set(place.name, directory);
		}
		this.#directories.set(isRoot(path) ? '' : joinPath(path), directory);
	}

	#parseLeaf(path: DumpPath, type: Leaf['type'], mode: number, size: number): void {
		const fields = this.#fields;
		const links = fields.number('NLINK') % 2 ** 32;
		const {metadata, rdev} = parseMetadata(fields, mode);
		const leaf = parseContent(fields, type, metadata, {size, rdev});
		leaf.xattrs = this.#parseXattrs();
		const place = this.#placeOf(path);
		place.directory.children.set(place.name, leaf);
		const hasOwnSize = type === 'file' || type === 'symlink';
		if (links !== 1 || (size > 0 && !hasOwnSize)) leaf.recorded = {links, size, ...place};
	}

	#parseXattrs(): Metadata['xattrs'] {
		if (!this.#fields.hasMore) return undefined;
		const xattrs = new Map<ByteString, Buffer>();
		while (this.#fields.hasMore) {
			const raw = this.#fields.raw('xattr');
			let pair = this.#xattrs.get(raw);
			if (pair === undefined) {
				pair = this.#fields.xattr(raw);
				if (this.#xattrs.size < maxKnownXattrs) this.#xattrs.set(raw, pair);
			}
			xattrs.set(pair.key, pair.value);
		}
		return xattrs;
	}

	/** Where a new name belongs. */
	#placeOf(path: DumpPath): Place {
		const fields = this.#fields;
		const {name} = path;
		if (this.#directories.size === 0) throw fields.damage(`the first PATH is not /: ${show(path)}`);
		if (isRoot(path)) throw fields.damage('/ is there twice');
		const directory = this.#directories.get(path.directory);
		if (directory === undefined || name === '' || name.includes('/'))
			throw fields.damage(`PATH is in no directory that came before: ${show(path)}`);
		if (name === '.' || name === '..') throw fields.damage(`PATH ends in dots: ${show(path)}`);
		if (directory.children.has(name) || (this.#links.size > 0 && this.#links.has(joinPath(path))))
			throw fields.damage(`PATH is there twice: ${show(path)}`);
		return {directory, name};
	}

	#resolve({place, target, position}: HardLink): void {
		let path = target;
		// More steps than there are links: they lead to each other.
		for (let steps = 0; steps < this.#links.size; steps++)
			path = this.#links.get(joinPath(path))?.target ?? path;
		const directory = this.#directories.get(path.directory);
		const inode = directory?.children.get(path.name);
		if (directory === undefined || inode === undefined)
			throw damagedDump(`hard link to what is not there: ${show(target)}`, position);
		if (inode.type === 'directory')
			throw damagedDump(`hard link to a directory: ${show(target)}`, position);
		const {name} = path;
		inode.recorded ??= {links: 1, size: 'size' in inode ? inode.size : 0, directory, name};
		place.directory.children.set(place.name, inode);
	}
}

function isRoot({directory, name}: DumpPath): boolean {
	return directory === '' && name === '';
}

function joinPath({directory, name}: DumpPath): ByteString {
	return `${directory}/${name}`;
}

function show(path: DumpPath): string {
	return JSON.stringify(joinPath(path).slice(0, 80));
}

/** The fields that all inodes have, from UID on; xattrs come later in the line. */
function parseMetadata(fields: DumpFields, mode: number): {metadata: Metadata; rdev: number} {
	const uid = fields.number('UID') % 2 ** 32;
	const gid = fields.number('GID') % 2 ** 32;
	const rdev = fields.number('RDEV') % 2 ** 32;
	const {sec, nsec} = fields.time('MTIME');
	return {metadata: {mode, uid, gid, mtimeSec: sec, mtimeNsec: nsec, xattrs: undefined}, rdev};
}

/** PAYLOAD, CONTENT and DIGEST, as the inode's type has it. */
function parseContent(
	fields: DumpFields,
	type: Leaf['type'],
	metadata: Metadata,
	{size, rdev}: {size: number; rdev: number},
): Leaf {
	if (type === 'file') return parseFile(fields, metadata, size);
	const payload = fields.optional('PAYLOAD');
	for (const name of ['CONTENT', 'DIGEST']) fields.optional(name);
	switch (type) {
		case 'symlink':
			if (!payload) throw fields.damage('PAYLOAD is missing: the target of the symbolic link');
			return {...metadata, type, target: payload};
		case 'character':
		case 'block':
			return {...metadata, type, rdev};
		case 'fifo':
		case 'socket':
			return {...metadata, type};
	}
}

function parseFile(fields: DumpFields, metadata: Metadata, size: number): RegularFile {
	const payload = fields.optional('PAYLOAD');
	const content = fields.bytes('CONTENT');
	const verityDigest = fields.optional('DIGEST')?.toLowerCase();
	if (content !== undefined && content.length !== size)
		throw fields.damage(`CONTENT has ${content.length} bytes where SIZE is ${size}`);
	if (verityDigest !== undefined && !isDigest(verityDigest))
		throw fields.damage(
			`DIGEST is not an fs-verity digest in hex: ${JSON.stringify(verityDigest.slice(0, 80))}`,
		);
	const inline = content === undefined || size === 0 ? undefined : Buffer.from(content, 'latin1');
	const file: RegularFile = {...metadata, type: 'file', size, inline, verityDigest};
	const isUsual = payload === (verityDigest && objectPathOf(verityDigest));
	if (size > 0 && inline === undefined && !isUsual) file.objectPath = payload ?? '';
	return file;
}

function isDigest(text: string): boolean {
	return verityAlgorithmOf(text) !== undefined && /^[0-9a-f]+$/.test(text);
}
