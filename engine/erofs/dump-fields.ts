import {DamagedInput} from '../errors.ts';
import type {ByteString} from '../tree/tree.ts';
import {unescapeField} from './dump-escapes.ts';

const space = 0x20;
const minus = 0x2d;
const slashByte = 0x2f;
const zero = 0x30;
const backslash = 0x5c;

export interface DumpPosition {
	/** From 1. */
	readonly line: number;
	/** Of the line's first byte. */
	readonly offset: number;
}

/** `/a/b/c` is `c` in `/a/b`, and `/a` is `a` in the root, which is empty in an empty directory. */
export interface DumpPath {
	readonly directory: ByteString;
	readonly name: ByteString;
}

export interface DumpXattr {
	readonly key: ByteString;
	readonly value: Buffer;
}

export function damagedDump(what: string, {line, offset}: DumpPosition): DamagedInput {
	return new DamagedInput(`dump line ${line}: ${what}`, {
		offset,
		hint: 'See composefs-dump(5) for what a line holds.',
	});
}

/** Reads the fields of a dump's lines one after the other, each ended by a space or the line's end. */
export class DumpFields {
	/** As a string: what is cut out of it is not copied. */
	readonly #text: ByteString;
	#line = 0;
	#lineStart = 0;
	#lineEnd = -1;
	#at = 0;
	/** Whether the field looked at last has bytes that need a second look: a backslash, a NUL. */
	#isPlain = true;
	/** Where the directory of the path read last stands, and what it is. */
	#directoryStart = 0;
	#directoryEnd = 0;
	#directory: ByteString = '';

	constructor(bytes: Buffer) {
		this.#text = bytes.toString('latin1');
	}

	/** Of the current line, for complaints that come later. */
	get position(): DumpPosition {
		return {line: this.#line, offset: this.#lineStart};
	}

	/** Goes to the next line; false behind the last. */
	nextLine(): boolean {
		this.#lineStart = this.#lineEnd + 1;
		if (this.#lineStart >= this.#text.length) return false;
		const newline = this.#text.indexOf('\n', this.#lineStart);
		this.#lineEnd = newline < 0 ? this.#text.length : newline;
		this.#at = this.#lineStart;
		this.#line++;
		return true;
	}

	/** Whether the line has another field. */
	get hasMore(): boolean {
		return this.#at <= this.#lineEnd;
	}

	/** A path, parted before its last name. */
	path(name: string): DumpPath {
		const start = this.#at;
		const end = this.#fieldEnd(name);
		if (start === end) throw this.damage(`${name} is missing`);
		this.#at = end + 1;
		const isPlain = this.#isPlain;
		let slash = end - 1;
		while (slash >= start && this.#text.charCodeAt(slash) !== slashByte) slash--;
		// Most lines are in the directory of the line before.
		if (!this.#isDirectory(start, slash)) {
			const directory = this.#text.slice(start, Math.max(slash, start));
			this.#directory = normalisePath(isPlain ? directory : this.#string(name, directory));
			this.#directoryStart = start;
			this.#directoryEnd = slash;
		}
		const last = this.#text.slice(slash + 1, end);
		return {directory: this.#directory, name: isPlain ? last : this.#string(name, last)};
	}

	/** Skips a field. */
	skip(name: string): void {
		this.#at = this.#fieldEnd(name) + 1;
	}

	/** True if the next byte is this one; then it is taken. */
	take(character: string): boolean {
		const isNext = this.#text[this.#at] === character;
		if (isNext) this.#at++;
		return isNext;
	}

	/** A whole number, not negative, up to 2^53; octal or decimal. */
	number(name: string, radix: 8 | 10 = 10): number {
		const start = this.#at;
		const end = this.#fieldEnd(name);
		const value = this.#digits(start, end, radix);
		if (value === undefined)
			throw this.damage(`${name} is not a number: ${this.#quote(start, end)}`);
		this.#at = end + 1;
		return value;
	}

	/** Seconds, which may be negative, and nanoseconds: `-1.5` is 5 nanoseconds after -1. */
	time(name: string): {sec: number; nsec: number} {
		const start = this.#at;
		const end = this.#fieldEnd(name);
		const isNegative = this.#text.charCodeAt(start) === minus;
		const dot = this.#text.indexOf('.', start);
		const sec = this.#digits(isNegative ? start + 1 : start, Math.min(dot, end), 10);
		const nsec = this.#digits(dot + 1, end, 10);
		if (dot < 0 || sec === undefined || nsec === undefined || nsec >= 1e9)
			throw this.damage(`${name} is not SECONDS.NANOSECONDS: ${this.#quote(start, end)}`);
		this.#at = end + 1;
		return {sec: isNegative ? 0 - sec : sec, nsec};
	}

	/** Any bytes; undefined for `-`, and for a field that the line no longer has. */
	bytes(name: string): ByteString | undefined {
		if (!this.hasMore) return undefined;
		const start = this.#at;
		const end = this.#fieldEnd(name);
		this.#at = end + 1;
		if (end === start + 1 && this.#text.charCodeAt(start) === minus) return undefined;
		const text = this.#text.slice(start, end);
		return this.#isPlain ? text : this.#unescape(name, text);
	}

	/** The same for what the kernel takes as a string: it cannot hold a NUL byte, not even escaped. */
	optional(name: string): ByteString | undefined {
		const text = this.bytes(name);
		if (!this.#isPlain && text?.includes('\0')) throw this.#nul(name, text);
		return text;
	}

	/** A field as it stands there, escapes and all. */
	raw(name: string): string {
		const start = this.#at;
		const end = this.#fieldEnd(name);
		this.#at = end + 1;
		return this.#text.slice(start, end);
	}

	/** A key and its value, parted by the first `=` that is not escaped. */
	xattr(raw: string): DumpXattr {
		const equals = raw.indexOf('=');
		if (equals < 1) throw this.damage(`xattr is not KEY=VALUE: ${quote(raw)}`);
		const key = this.#string('xattr', raw.slice(0, equals));
		const value = this.#unescape('xattr', raw.slice(equals + 1));
		return {key, value: Buffer.from(value, 'latin1')};
	}

	/** The error to throw for the current line. */
	damage(what: string): DamagedInput {
		return damagedDump(what, this.position);
	}

	#fieldEnd(name: string): number {
		if (!this.hasMore) throw this.damage(`${name} is missing`);
		const text = this.#text;
		let isPlain = true;
		let end = this.#at;
		for (; end < this.#lineEnd; end++) {
			const code = text.charCodeAt(end);
			if (code === space) break;
			if (code === backslash || code === 0) isPlain = false;
		}
		this.#isPlain = isPlain;
		return end;
	}

	/** Whether these bytes are those of the directory that was read last. */
	#isDirectory(start: number, end: number): boolean {
		const length = this.#directoryEnd - this.#directoryStart;
		if (end - start !== length || length <= 0) return false;
		for (let index = 0; index < length; index++)
			if (
				this.#text.charCodeAt(start + index) !== this.#text.charCodeAt(this.#directoryStart + index)
			)
				return false;
		return true;
	}

	/** Undefined for no digits, others than the radix has, or a number above 2^53. */
	#digits(start: number, end: number, radix: number): number | undefined {
		if (start >= end) return undefined;
		let value = 0;
		for (let at = start; at < end; at++) {
			const digit = this.#text.charCodeAt(at) - zero;
			if (digit < 0 || digit >= radix) return undefined;
			value = value * radix + digit;
			if (value > 2 ** 53) return undefined;
		}
		return value;
	}

	#quote(start: number, end: number): string {
		return quote(this.#text.slice(start, end));
	}

	#string(name: string, text: string): ByteString {
		const bytes = this.#unescape(name, text);
		if (bytes.includes('\0')) throw this.#nul(name, bytes);
		return bytes;
	}

	#nul(name: string, text: string): DamagedInput {
		return this.damage(`${name} has a NUL byte: ${quote(text)}`);
	}

	#unescape(name: string, text: string): ByteString {
		if (text.includes('\0')) throw this.damage(`${name} has a NUL byte`);
		if (!text.includes('\\')) return text;
		const bytes = unescapeField(text);
		if (bytes === undefined) throw this.damage(`${name} has an unknown escape: ${quote(text)}`);
		return bytes;
	}
}

/** Gives every path its one form: absolute, without empty names; empty for the root. */
function normalisePath(path: ByteString): ByteString {
	if (path === '') return '';
	const absolute = path.startsWith('/') ? path : `/${path}`;
	return absolute.replace(/\/+/g, '/').replace(/\/$/, '');
}

/** For messages: in quotes, and not too long. */
function quote(text: string): string {
	return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
