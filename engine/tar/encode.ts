import {deviceMajor, deviceMinor} from '../tree/device-number.ts';
import type {ByteString, Metadata} from '../tree/tree.ts';
import type {TarEntryType} from './entry.ts';
import {blockSize} from './header.ts';

/** What a header says, besides {@link Metadata}. */
export interface MemberHeader {
	readonly type: TarEntryType;
	/** Relative, without a slash at its end; `''` is the root. */
	readonly path: ByteString;
	/** 0 for all but files. */
	readonly size: number;
	/** Of symlinks and hard links. */
	readonly linkTarget: ByteString | undefined;
	readonly rdev: number;
}

const typeflags: Readonly<Record<TarEntryType, string>> = {
	file: '0',
	hardlink: '1',
	symlink: '2',
	character: '3',
	block: '4',
	directory: '5',
	fifo: '6',
};

/** The largest values of ustar's octal fields, which end with a NUL. */
const maxOctal7 = 0o7777777;
const maxOctal11 = 0o77777777777;
const nameLength = 100;

/**
 * The header of one member as blocks of 512 bytes: a ustar header, after a PAX header with all that
 * does not fit it. The same input always gives the same bytes.
 */
export function encodeHeader(member: MemberHeader, metadata: Metadata): Buffer {
	const name = memberName(member);
	const link = member.linkTarget ?? '';
	const records = paxRecords(name, link, member.size, metadata);
	const paxLength = records.reduce((sum, record) => sum + record.length, 0);
	const paxBlocks = paxLength === 0 ? 0 : 1 + Math.ceil(paxLength / blockSize);
	const encoded = Buffer.alloc((paxBlocks + 1) * blockSize);
	if (paxLength > 0) {
		writeHeader(encoded, 0, {
			name: `PaxHeaders/${name.replace(/\/$/, '').split('/').at(-1)}`.slice(0, nameLength),
			typeflag: 'x',
			size: paxLength,
			mode: 0o644,
		});
		let at = blockSize;
		for (const record of records) at += record.copy(encoded, at);
	}
	writeHeader(encoded, paxBlocks * blockSize, {
		name,
		link,
		typeflag: typeflags[member.type],
		mode: metadata.mode,
		uid: orZero(metadata.uid, maxOctal7),
		gid: orZero(metadata.gid, maxOctal7),
		size: orZero(member.size, maxOctal11),
		mtime: orZero(metadata.mtimeSec, maxOctal11),
		rdev: member.rdev,
	});
	return encoded;
}

function memberName({type, path}: MemberHeader): ByteString {
	if (path === '') return './';
	return type === 'directory' ? `${path}/` : path;
}

/** A field that does not fit is in the PAX header, and 0 here. */
function orZero(value: number, max: number): number {
	return value >= 0 && value <= max ? value : 0;
}

function paxRecords(name: ByteString, link: ByteString, size: number, metadata: Metadata) {
	const {uid, gid, mtimeSec, mtimeNsec, xattrs} = metadata;
	const records: Buffer[] = [];
	const add = (key: string, value: ByteString | Buffer) => records.push(paxRecord(key, value));
	const longNames = [name, link].filter((text) => text.length > nameLength);
	// Without this, PAX names are UTF-8, and readers convert or refuse those that are not.
	if (longNames.some((text) => /[\x80-\xff]/.test(text))) add('hdrcharset', 'BINARY');
	if (name.length > nameLength) add('path', name);
	if (link.length > nameLength) add('linkpath', link);
	if (size > maxOctal11) add('size', String(size));
	if (uid > maxOctal7) add('uid', String(uid));
	if (gid > maxOctal7) add('gid', String(gid));
	if (mtimeNsec !== 0 || mtimeSec < 0 || mtimeSec > maxOctal11)
		add('mtime', formatTime(mtimeSec, mtimeNsec));
	if (xattrs !== undefined)
		for (const key of [...xattrs.keys()].sort())
			add(`SCHILY.xattr.${key}`, xattrs.get(key) ?? Buffer.alloc(0));
	return records;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits. */
function paxRecord(key: string, value: ByteString | Buffer): Buffer {
	const rest = key.length + value.length + 3;
	let length = rest + String(rest).length;
	if (rest + String(length).length !== length) length++;
	const record = Buffer.from(`${length} ${key}=`, 'latin1');
	const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
	return Buffer.concat([record, bytes, Buffer.from('\n')], length);
}

/** Decimal seconds. Nanoseconds count forward, so before the epoch they are taken off. */
function formatTime(sec: number, nsec: number): string {
	const isNegative = sec < 0;
	const whole = isNegative && nsec > 0 ? -sec - 1 : Math.abs(sec);
	const fraction = isNegative && nsec > 0 ? 1_000_000_000 - nsec : nsec;
	const digits = fraction === 0 ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
	return `${isNegative ? '-' : ''}${whole}${digits}`;
}

interface UstarFields {
	readonly name: ByteString;
	readonly typeflag: string;
	readonly size: number;
	readonly mode: number;
	readonly link?: ByteString;
	readonly uid?: number;
	readonly gid?: number;
	readonly mtime?: number;
	readonly rdev?: number;
}

/** Writes into zeroed bytes. Names that are too long are cut: the PAX header has them whole. */
function writeHeader(into: Buffer, at: number, fields: UstarFields): void {
	const {name, typeflag, size, mode, link = '', uid = 0, gid = 0, mtime = 0, rdev = 0} = fields;
	const octal = (value: number, offset: number, digits: number) =>
		into.write(value.toString(8).padStart(digits, '0'), at + offset, 'latin1');
	into.write(name.slice(0, nameLength), at, 'latin1');
	octal(mode, 100, 7);
	octal(uid, 108, 7);
	octal(gid, 116, 7);
	octal(size, 124, 11);
	octal(mtime, 136, 11);
	into.write(typeflag, at + 156, 'latin1');
	into.write(link.slice(0, nameLength), at + 157, 'latin1');
	into.write('ustar\x0000', at + 257, 'latin1');
	octal(deviceMajor(rdev), 329, 7);
	octal(deviceMinor(rdev), 337, 7);
	let sum = 8 * 0x20;
	for (let byte = at; byte < at + blockSize; byte++) sum += into[byte] ?? 0;
	octal(sum, 148, 6);
	into.write('\0 ', at + 154, 'latin1');
}
