import type {ByteString} from '../tree/tree.ts';
import {damagedEntry, type HeaderPlace} from './damage.ts';

/** PATH_MAX and NAME_MAX of Linux. */
export const maxPathLength = 4096;
export const maxNameLength = 255;

const oddComponent = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * The path of an entry below the root, without slashes around it and without `.`: `usr/bin/env`,
 * and `''` for the root itself. An absolute path counts from the root of the tree.
 * @throws DamagedInput for `..`, a NUL, an empty component, and names that Linux cannot hold
 */
export function treePath(name: ByteString, place: HeaderPlace): ByteString {
	if (name === '') throw damagedEntry(place, 'a name is empty');
	if (name.length > maxPathLength) throw damagedEntry(place, 'a path is over 4096 bytes long');
	if (name.includes('\0')) throw damagedEntry(place, 'a name has a NUL in it');
	const start = name.startsWith('/') ? 1 : name.startsWith('./') ? 2 : 0;
	const end = name.length > start && name.endsWith('/') ? name.length - 1 : name.length;
	const trimmed = name.slice(start, end);
	const path = oddComponent.test(trimmed) ? withoutDots(trimmed, place) : trimmed;
	if (path.length > maxNameLength && path.split('/').some((part) => part.length > maxNameLength))
		throw damagedEntry(place, 'a name is over 255 bytes long');
	return path;
}

function withoutDots(path: ByteString, place: HeaderPlace): ByteString {
	if (path === '') return '';
	const kept: ByteString[] = [];
	for (const part of path.split('/')) {
		if (part === '..') throw damagedEntry(place, 'a path has ".." in it');
		if (part === '') throw damagedEntry(place, 'a path has an empty component');
		if (part !== '.') kept.push(part);
	}
	return kept.join('/');
}
