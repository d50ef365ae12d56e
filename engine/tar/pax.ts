import type {ByteString} from '../tree/tree.ts';
import {damagedEntry, type HeaderPlace} from './damage.ts';

/** What a PAX extended header says about the entry that follows it. */
export interface PaxRecords {
	path?: ByteString;
	linkPath?: ByteString;
	size?: number;
	uid?: number;
	gid?: number;
	mtime?: {readonly sec: number; readonly nsec: number};
	xattrs?: Map<ByteString, Buffer>;
}

const xattrPrefix = 'SCHILY.xattr.';
/** The kernel's own limits, XATTR_NAME_MAX and XATTR_SIZE_MAX. */
const maxXattrName = 255;
const maxXattrSize = 65_536;

/**
 * Reads `LENGTH KEY=VALUE\n` records. Values stay bytes: an xattr is binary, a name need not be
 * UTF-8. Of a key given twice the last counts; keys that describe nothing we keep are passed over.
 * @param place the extended header itself
 * @throws DamagedInput for a malformed record, or one that describes a sparse file
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
 */
export function parsePax(records: Buffer, place: HeaderPlace): PaxRecords {
	const result: PaxRecords = {};
	let at = 0;
	while (at < records.length) {
		const {keyStart, end} = recordBounds(records, at, place);
		const equals = records.indexOf(0x3d, keyStart);
		if (equals <= keyStart || equals >= end)
			throw damagedEntry(place, `the PAX record at byte ${at} of its data has no key and "="`);
		const key = records.toString('latin1', keyStart, equals);
		if (key.includes('\0')) throw damagedEntry(place, 'a PAX key has a NUL in it');
		takeRecord(result, key, records.subarray(equals + 1, end - 1), place);
		at = end;
	}
	return result;
}

function recordBounds(records: Buffer, at: number, place: HeaderPlace) {
	let keyStart = at;
	let length = 0;
	for (; records[keyStart] !== 0x20; keyStart++) {
		const digit = (records[keyStart] ?? 0) - 0x30;
		if (digit < 0 || digit > 9 || length > records.length)
			throw damagedEntry(place, `the PAX record at byte ${at} of its data has no valid length`);
		length = length * 10 + digit;
	}
	keyStart++;
	const end = at + length;
	if (end <= keyStart || end > records.length || records[end - 1] !== 0x0a)
		throw damagedEntry(
			place,
			`the PAX record at byte ${at} of its data does not end after ${length} bytes`,
		);
	return {keyStart, end};
}

function takeRecord(result: PaxRecords, key: string, value: Buffer, place: HeaderPlace): void {
	if (key.startsWith(xattrPrefix)) {
		takeXattr(result, key.slice(xattrPrefix.length), value, place);
		return;
	}
	if (key.startsWith('GNU.sparse.')) throw damagedEntry(place, 'sparse files are not supported');
	// An empty value takes back what an earlier record said: the header's own field holds.
	const isUnset = value.length === 0;
	switch (key) {
		case 'path':
			setOrUnset(result, 'path', isUnset ? undefined : name(value, place));
			break;
		case 'linkpath':
			setOrUnset(result, 'linkPath', isUnset ? undefined : name(value, place));
			break;
		case 'size':
		case 'uid':
		case 'gid':
			setOrUnset(result, key, isUnset ? undefined : decimal(key, value, place));
			break;
		case 'mtime':
			setOrUnset(result, 'mtime', isUnset ? undefined : time(value, place));
			break;
		default:
	}
}

function setOrUnset<Key extends keyof PaxRecords>(
	result: PaxRecords,
	key: Key,
	value: PaxRecords[Key] | undefined,
): void {
	if (value === undefined) delete result[key];
	else result[key] = value;
}

function takeXattr(result: PaxRecords, key: string, value: Buffer, place: HeaderPlace): void {
	if (key === '' || key.length > maxXattrName || value.length > maxXattrSize)
		throw damagedEntry(
			place,
			`an xattr has a name of ${key.length} and a value of ${value.length} bytes`,
		);
	result.xattrs ??= new Map();
	// A copy: the records live in a buffer that is much larger and used again.
	result.xattrs.set(key, Buffer.from(value));
}

function name(value: Buffer, place: HeaderPlace): ByteString {
	if (value.includes(0)) throw damagedEntry(place, 'a PAX name has a NUL in it');
	return value.toString('latin1');
}

function decimal(key: string, value: Buffer, place: HeaderPlace): number {
	const digits = value.toString('latin1', 0, 32);
	const result = Number(digits);
	if (value.length > 31 || !/^\d+$/.test(digits) || !Number.isSafeInteger(result))
		throw damagedEntry(
			place,
			`its PAX ${key} ${JSON.stringify(digits)} is not a number within 2^53`,
		);
	return result;
}

/** Decimal seconds; what is finer than nanoseconds is cut off towards zero. */
function time(value: Buffer, place: HeaderPlace): {sec: number; nsec: number} {
	const written = value.toString('latin1', 0, 64);
	const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(written) ?? [];
	const sec = Number(whole);
	if (value.length > 63 || !Number.isSafeInteger(sec))
		throw damagedEntry(place, `its PAX mtime ${JSON.stringify(written)} is not a time`);
	const nsec = Number(fraction.slice(0, 9).padEnd(9, '0'));
	if (sign !== '-') return {sec, nsec};
	return nsec === 0 ? {sec: 0 - sec, nsec} : {sec: -sec - 1, nsec: 1_000_000_000 - nsec};
}
