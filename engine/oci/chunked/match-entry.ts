import type {TarEntry, TarEntryType} from '../../tar/entry.ts';
import {treePath} from '../../tar/path.ts';
import {deviceMajor, deviceMinor} from '../../tree/device-number.ts';
import type {ByteString} from '../../tree/tree.ts';
import type {TocEntry} from './toc.ts';

const types: Readonly<Record<TocEntry['type'], TarEntryType | undefined>> = {
	reg: 'file',
	hardlink: 'hardlink',
	symlink: 'symlink',
	dir: 'directory',
	char: 'character',
	block: 'block',
	fifo: 'fifo',
	chunk: undefined,
};

/**
 * The first field in which a table of contents describes another entry than the tar has; undefined when
 * both mean the same.
 */
export function differingField(toc: TocEntry, tar: TarEntry): string | undefined {
	const isDevice = tar.type === 'character' || tar.type === 'block';
	const fields: Readonly<Record<string, readonly [unknown, unknown]>> = {
		name: [pathText(toc.name, tar), textOf(tar.path)],
		type: [types[toc.type], tar.type],
		link: [linkText(toc, tar), textOf(tar.linkTarget ?? '')],
		size: [toc.size ?? 0, tar.size],
		mode: [(toc.mode ?? 0) & 0o7777, tar.mode],
		uid: [toc.uid ?? 0, tar.uid],
		gid: [toc.gid ?? 0, tar.gid],
		mtime: [toc.modtime ? secondsOf(toc.modtime) : tar.mtimeSec, tar.mtimeSec],
		major: [isDevice ? (toc.devMajor ?? 0) : 0, deviceMajor(tar.rdev)],
		minor: [isDevice ? (toc.devMinor ?? 0) : 0, deviceMinor(tar.rdev)],
		xattrs: [xattrText(Object.entries(toc.xattrs ?? {})), xattrText(encoded(tar.xattrs))],
	};
	return Object.keys(fields).find((name) => fields[name]?.[0] !== fields[name]?.[1]);
}

function linkText({linkName}: TocEntry, tar: TarEntry): string {
	return tar.type === 'hardlink' ? pathText(linkName ?? '', tar) : textOf(bytesOf(linkName ?? ''));
}

/** The table has names as they stand in the tar, entries have them cleaned. */
function pathText(name: string, {offset}: TarEntry): string {
	const bytes = bytesOf(name);
	return textOf(treePath(bytes, {offset, name: bytes}));
}

function bytesOf(text: string): ByteString {
	return Buffer.from(text).toString('latin1');
}

/**
 * JSON holds no bytes: what was not UTF-8 is replaced in the table, by more or fewer characters than
 * decoders here would take.
 */
function textOf(bytes: ByteString): string {
	return Buffer.from(bytes, 'latin1')
		.toString()
		.replace(/\ufffd+/g, '\ufffd');
}

function secondsOf(rfc3339: string): number {
	return Math.floor(Date.parse(rfc3339) / 1000);
}

function encoded(xattrs: ReadonlyMap<string, Buffer> | undefined): [string, string][] {
	return [...(xattrs ?? [])].map(([key, value]) => [textOf(key), value.toString('base64')]);
}

function xattrText(xattrs: [string, string][]): string {
	return JSON.stringify(xattrs.sort(([a], [b]) => (a < b ? -1 : 1)));
}
