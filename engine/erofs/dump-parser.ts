import {DamagedInput} from '../errors.ts';
import type {ByteString, Directory, Leaf, Metadata, RegularFile} from '../tree/tree.ts';
import {DumpFields, type DumpPosition, type DumpXattr, damagedDump} from './dump-fields.ts';
import {fileTypeOf} from './format.ts';
import {verityAlgorithmOf} from './fs-verity.ts';
import {objectPathOf} from './overlay.ts';

const maxKnownXattrs = 10_000;

/** A name whose inode may stand on a later line. */
interface HardLink {
	readonly place: Place;
	readonly targetPath: ByteString;
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
	/** A path never ends in a slash, so this is none yet. */
	#last: {path: ByteString; directory: Directory | undefined} = {path: '/', directory: undefined};

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
		const path = normalisePath(fields.text('PATH'));
		const size = fields.number('SIZE');
		const isLink = fields.take('@');
		const mode = fields.number('MODE', 8);
		const type = mode > 0o177777 ? undefined : fileTypeOf(mode);
		if (type === undefined) throw fields.damage(`MODE has no known file type: ${mode.toString(8)}`);
		if (isLink) this.#parseLink(path);
		else if (type === 'directory') this.#parseDirectory(path, mode & 0o7777);
		else this.#parseLeaf(path, type, mode & 0o7777, size);
	}

	#parseLink(path: ByteString): void {
		const fields = this.#fields;
		for (const name of ['NLINK', 'UID', 'GID', 'RDEV', 'MTIME']) fields.skip(name);
		const targetPath = normalisePath(fields.text('PAYLOAD'));
		this.#links.set(path, {place: this.#placeOf(path), targetPath, position: fields.position});
	}

	#parseDirectory(path: ByteString, mode: number): void {
		const fields = this.#fields;
		fields.skip('NLINK');
		const {metadata} = parseMetadata(fields, mode);
		for (const name of ['PAYLOAD', 'CONTENT', 'DIGEST']) fields.optional(name);
		metadata.xattrs = this.#parseXattrs();
		const directory: Directory = {type: 'directory', ...metadata, children: new Map()};
		if (path !== '' || this.#directories.size > 0) {
			const place = this.#placeOf(path);
			place.directory.children.set(place.name, directory);
		}
		this.#directories.set(path, directory);
	}

	#parseLeaf(path: ByteString, type: Leaf['type'], mode: number, size: number): void {
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
	#placeOf(path: ByteString): Place {
		const fields = this.#fields;
		if (this.#directories.size === 0) throw fields.damage(`the first PATH is not /: ${show(path)}`);
		if (path === '') throw fields.damage('/ is there twice');
		const slash = path.lastIndexOf('/');
		const name = path.slice(slash + 1);
		const directory = this.#directoryAt(path, slash);
		if (directory === undefined || name === '')
			throw fields.damage(`PATH is in no directory that came before: ${show(path)}`);
		if (name === '.' || name === '..') throw fields.damage(`PATH ends in dots: ${show(path)}`);
		if (directory.children.has(name) || (this.#links.size > 0 && this.#links.has(path)))
			throw fields.damage(`PATH is there twice: ${show(path)}`);
		return {directory, name};
	}

	/** The directory whose path is the first `length` characters; mostly the one of the line before. */
	#directoryAt(path: ByteString, length: number): Directory | undefined {
		const {path: last, directory} = this.#last;
		if (last.length === length && path.startsWith(last)) return directory;
		const parent = path.slice(0, length);
		this.#last = {path: parent, directory: this.#directories.get(parent)};
		return this.#last.directory;
	}

	#resolve({place, targetPath, position}: HardLink): void {
		let path = targetPath;
		// More steps than there are links: they lead to each other.
		for (let steps = 0; this.#links.has(path) && steps < this.#links.size; steps++)
			path = this.#links.get(path)?.targetPath ?? path;
		const slash = path.lastIndexOf('/');
		const directory = path === '' ? undefined : this.#directories.get(path.slice(0, slash));
		const name = path.slice(slash + 1);
		const target = directory?.children.get(name);
		if (directory === undefined || target === undefined)
			throw damagedDump(`hard link to what is not there: ${show(targetPath)}`, position);
		if (target.type === 'directory')
			throw damagedDump(`hard link to a directory: ${show(targetPath)}`, position);
		target.recorded ??= {links: 1, size: 'size' in target ? target.size : 0, directory, name};
		place.directory.children.set(place.name, target);
	}
}

/** `/a/b` for what may have been `a//b`; empty for the root. */
function normalisePath(path: ByteString): ByteString {
	const absolute = path.startsWith('/') ? path : `/${path}`;
	const single = absolute.includes('//') ? absolute.replace(/\/+/g, '/') : absolute;
	return single === '/' ? '' : single;
}

function show(path: ByteString): string {
	return JSON.stringify(path.slice(0, 80) || '/');
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
			return {type, ...metadata, target: payload};
		case 'character':
		case 'block':
			return {type, ...metadata, rdev};
		case 'fifo':
		case 'socket':
			return {type, ...metadata};
	}
}

function parseFile(fields: DumpFields, metadata: Metadata, size: number): RegularFile {
	const payload = fields.optional('PAYLOAD');
	const content = fields.bytes('CONTENT');
	const verityDigest = fields.optional('DIGEST')?.toLowerCase();
	if (content !== undefined && content.length !== size)
		throw fields.damage(`CONTENT has ${content.length} bytes where SIZE is ${size}`);
	if (verityDigest !== undefined && !isDigest(verityDigest))
		throw fields.damage(`DIGEST is not an fs-verity digest in hex: ${show(verityDigest)}`);
	const inline = content === undefined || size === 0 ? undefined : Buffer.from(content, 'latin1');
	const file: RegularFile = {type: 'file', ...metadata, size, inline, verityDigest};
	const usual = verityDigest && objectPathOf(verityDigest);
	if (size > 0 && inline === undefined && payload !== usual) file.objectPath = payload ?? '';
	return file;
}

function isDigest(text: string): boolean {
	return verityAlgorithmOf(text) !== undefined && /^[0-9a-f]+$/.test(text);
}
