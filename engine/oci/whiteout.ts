import {damagedEntry} from '../tar/damage.ts';
import type {ByteString} from '../tree/tree.ts';

/**
 * Hides what lower layers have: one name of a directory, or all of them (an opaque directory).
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
 */
export interface Whiteout {
	readonly directory: ByteString;
	/** Undefined for all names. */
	readonly name: ByteString | undefined;
}

const prefix = '.wh.';
const opaque = '.wh..wh..opq';
/** AUFS kept its own records under such names; old engines packed them into layers. */
const leftover = '.wh..wh.';

/**
 * What the path of an entry says as a whiteout, whatever type the entry has: undefined for ordinary
 * entries, `ignored` for what is none of ours.
 * @throws DamagedInput for a whiteout that names nothing, or `.` or `..`
 */
export function parseWhiteout(entry: {
	readonly path: ByteString;
	readonly offset: number;
}): Whiteout | 'ignored' | undefined {
	const {path, offset} = entry;
	if (!path.includes(prefix)) return undefined;
	const parts = path.split('/');
	const last = parts.pop() ?? '';
	const place = {offset, name: path};
	for (const part of parts) {
		if (part.startsWith(leftover)) return 'ignored';
		if (part.startsWith(prefix)) throw damagedEntry(place, 'it lies below a whiteout');
	}
	if (!last.startsWith(prefix)) return undefined;
	const directory = parts.join('/');
	if (last === opaque) return {directory, name: undefined};
	if (last.startsWith(leftover)) return 'ignored';
	const name = last.slice(prefix.length);
	if (name === '' || name === '.' || name === '..')
		throw damagedEntry(place, 'it is a whiteout of no name');
	return {directory, name};
}
