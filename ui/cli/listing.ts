import {deviceMajor, deviceMinor} from '../../engine/tree/device-number.ts';
import type {ByteString, Directory, Inode, Leaf} from '../../engine/tree/tree.ts';

/** One name of a tree; fields that its type has not are left out. */
export interface ListedEntry {
	/** From the root of the image; bytes that are no UTF-8 are shown as U+FFFD. */
	readonly path: string;
	readonly type: Inode['type'];
	/** In octal, four digits. */
	readonly mode: string;
	readonly uid: number;
	readonly gid: number;
	/** With nanoseconds, in UTC. */
	readonly mtime: string;
	/** Of a regular file, in bytes. */
	readonly size?: number;
	/** Name of the object that holds the content of a regular file. */
	readonly verityDigest?: string;
	/** Of a symbolic link. */
	readonly target?: string;
	/** `major:minor` */
	readonly device?: string;
	/** The first name of the same inode. */
	readonly linkOf?: string;
	/** Values in base64. */
	readonly xattrs?: Readonly<Record<string, string>>;
}

/** Every name of a tree, parents before children, names in the order of their bytes. */
export function* listTree(root: Directory): Generator<ListedEntry, undefined> {
	const firstNames = new Map<Leaf, string>();
	// A stack of its own: the depth of an image is not bounded by ours.
	const stack: [path: ByteString, inode: Inode][] = [['/', root]];
	for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
		const [path, inode] = next;
		yield describeEntry(path, inode, firstNames);
		if (inode.type !== 'directory') continue;
		const prefix = path === '/' ? path : `${path}/`;
		const names = [...inode.children].sort(([a], [b]) => (a < b ? 1 : -1));
		for (const [name, child] of names) stack.push([prefix + name, child]);
	}
	return undefined;
}

function describeEntry(path: ByteString, inode: Inode, firstNames: Map<Leaf, string>): ListedEntry {
	const shownPath = asText(path);
	const linkOf = inode.type === 'directory' ? undefined : firstNames.get(inode);
	if (inode.type !== 'directory' && linkOf === undefined) firstNames.set(inode, shownPath);
	return {
		path: shownPath,
		type: inode.type,
		mode: inode.mode.toString(8).padStart(4, '0'),
		uid: inode.uid,
		gid: inode.gid,
		mtime: formatTime(inode.mtimeSec, inode.mtimeNsec),
		...contentOf(inode),
		...(linkOf !== undefined && {linkOf}),
		...(inode.xattrs?.size && {xattrs: xattrsOf(inode.xattrs)}),
	};
}

function contentOf(inode: Inode): Partial<ListedEntry> {
	switch (inode.type) {
		case 'file':
			return {
				size: inode.size,
				...(inode.verityDigest !== undefined && {verityDigest: inode.verityDigest}),
			};
		case 'symlink':
			return {target: asText(inode.target)};
		case 'character':
		case 'block':
			return {device: `${deviceMajor(inode.rdev)}:${deviceMinor(inode.rdev)}`};
		case 'directory':
		case 'fifo':
		case 'socket':
			return {};
	}
}

function xattrsOf(xattrs: ReadonlyMap<ByteString, Buffer>): Record<string, string> {
	const sorted = [...xattrs].sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(sorted.map(([key, value]) => [asText(key), value.toString('base64')]));
}

/** `2023-11-14T22:13:20.000000000Z`, or `@SECONDS.NANOSECONDS` beyond the years that a Date knows. */
function formatTime(seconds: number, nanoseconds: number): string {
	const fraction = String(nanoseconds).padStart(9, '0');
	const date = new Date(seconds * 1000);
	return Number.isNaN(date.getTime())
		? `@${seconds}.${fraction}`
		: date.toISOString().replace(/\.\d+Z$/, `.${fraction}Z`);
}

function asText(bytes: ByteString): string {
	return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** As `ls -l` would list it: `-rwxr-xr-x 0:0  1234 2023-11-14 22:13:20 /usr/bin/true`. */
export function formatListedEntry(entry: ListedEntry): string {
	const fields = [
		formatMode(entry),
		`${entry.uid}:${entry.gid}`.padEnd(9),
		(entry.device ?? String(entry.size ?? '')).padStart(11),
		entry.mtime.replace('T', ' ').replace(/\.\d+Z?$/, ''),
		escapeControls(entry.path),
	];
	if (entry.target !== undefined) fields.push('->', escapeControls(entry.target));
	if (entry.linkOf !== undefined) fields.push('link of', escapeControls(entry.linkOf));
	return fields.join(' ');
}

const typeLetters: Readonly<Record<Inode['type'], string>> = {
	directory: 'd',
	file: '-',
	symlink: 'l',
	character: 'c',
	block: 'b',
	fifo: 'p',
	socket: 's',
};

function formatMode({type, mode}: ListedEntry): string {
	const bits = Number.parseInt(mode, 8);
	const letters = Array.from('rwxrwxrwx', (letter, index) =>
		bits & (1 << (8 - index)) ? letter : '-',
	);
	for (const [bit, place, letter] of [
		[0o4000, 2, 's'],
		[0o2000, 5, 's'],
		[0o1000, 8, 't'],
	] as const)
		if (bits & bit) letters[place] = letters[place] === 'x' ? letter : letter.toUpperCase();
	return typeLetters[type] + letters.join('');
}

/** Names come from others: none may move the cursor or end the line. */
function escapeControls(text: string): string {
	return text.replace(
		/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
		(character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
	);
}
