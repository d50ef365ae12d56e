import {makeDeviceNumber, maxMajor, maxMinor} from '../tree/device-number.ts';
import type {ByteString, Metadata} from '../tree/tree.ts';
import {damagedEntry} from './damage.ts';
import type {Extensions} from './extensions.ts';
import type {TarHeader} from './header.ts';
import {maxPathLength, treePath} from './path.ts';

export type TarEntryType =
	| 'file'
	| 'directory'
	| 'symlink'
	| 'hardlink'
	| 'character'
	| 'block'
	| 'fifo';

/** One member of a tar, with its extensions applied and all its fields within bounds. */
export interface TarEntry extends Metadata {
	readonly type: TarEntryType;
	/** Safe: relative, no `.` or `..`; `''` is the root. */
	readonly path: ByteString;
	/** Bytes of content that follow; 0 for all but files. */
	readonly size: number;
	/** Of a symlink: as it stands. Of a hard link: the path of the entry it names, made safe. */
	readonly linkTarget: ByteString | undefined;
	/** Of devices, else 0. */
	readonly rdev: number;
	/** Of the header, in bytes from the start of the tar. */
	readonly offset: number;
}

/** (uid_t)-1 means "leave as it is" to chown(2), so no file can be owned by it. */
const maxId = 0xffff_fffe;

const typesByFlag: Readonly<Record<string, TarEntryType>> = {
	'\0': 'file',
	'0': 'file',
	// Contiguous files of systems long gone.
	'7': 'file',
	'1': 'hardlink',
	'2': 'symlink',
	'3': 'character',
	'4': 'block',
	'5': 'directory',
	'6': 'fifo',
};

/** @throws DamagedInput for everything that a tree must not hold, or that readers disagree on */
export function makeEntry(header: TarHeader, {pax, longName, longLinkName}: Extensions): TarEntry {
	const name = longName ?? pax?.path ?? header.name;
	const place = {offset: header.offset, name};
	if (longName !== undefined && pax?.path !== undefined)
		throw damagedEntry(place, 'it has both a GNU and a PAX name');
	const type = entryType(header.typeflag, name);
	if (type === undefined)
		throw damagedEntry(
			place,
			`entries of type ${JSON.stringify(header.typeflag)} are not supported`,
		);
	if (type === 'file' && name.endsWith('/'))
		throw damagedEntry(place, 'it is a file, but its name ends in "/"');
	const size = pax?.size ?? header.size;
	if (size < 0) throw damagedEntry(place, `its size is ${size}`);
	if (size > 0 && type !== 'file')
		throw damagedEntry(place, `it is a ${type} with ${size} bytes of content`);
	const link = longLinkName ?? pax?.linkPath ?? header.linkName;
	return {
		type,
		path: treePath(name, place),
		size,
		linkTarget: linkTarget(type, link, place),
		rdev: type === 'character' || type === 'block' ? rdev(header, place) : 0,
		offset: header.offset,
		mode: header.mode & 0o7777,
		uid: id(pax?.uid ?? header.uid, 'uid', place),
		gid: id(pax?.gid ?? header.gid, 'gid', place),
		mtimeSec: pax?.mtime?.sec ?? header.mtime,
		mtimeNsec: pax?.mtime?.nsec ?? 0,
		xattrs: pax?.xattrs,
	};
}

type Place = {readonly offset: number; readonly name: ByteString};

function entryType(typeflag: string, name: ByteString): TarEntryType | undefined {
	// Before POSIX a directory was told by its name alone.
	if (typeflag === '\0' && name.endsWith('/')) return 'directory';
	return typesByFlag[typeflag];
}

function linkTarget(type: TarEntryType, target: ByteString, place: Place): ByteString | undefined {
	if (type === 'hardlink') return treePath(target, {...place, name: `${place.name} -> ${target}`});
	if (type !== 'symlink') return undefined;
	if (target === '' || target.length >= maxPathLength)
		throw damagedEntry(place, `it is a symlink to a name of ${target.length} bytes`);
	return target;
}

function rdev({devMajor, devMinor}: TarHeader, place: Place): number {
	if (devMajor < 0 || devMajor > maxMajor || devMinor < 0 || devMinor > maxMinor)
		throw damagedEntry(place, `its device number is ${devMajor}:${devMinor}`);
	return makeDeviceNumber(devMajor, devMinor);
}

function id(value: number, field: string, place: Place): number {
	if (value < 0 || value > maxId) throw damagedEntry(place, `its ${field} is ${value}`);
	return value;
}
