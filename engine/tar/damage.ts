import {DamagedInput} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString} from '../tree/tree.ts';

/** Which header is being read, for messages. */
export interface HeaderPlace {
	/** Of the header block, in bytes from the start of the tar. */
	readonly offset: number;
	/** As in the header, unchecked. */
	readonly name: ByteString;
}

export function damagedEntry(place: HeaderPlace, problem: string): DamagedInput {
	return new DamagedInput(`tar entry ${printable(place.name)}: ${problem}`, {
		offset: place.offset,
		hint: 'Build the image or archive again; if that repeats it, its builder writes a broken tar.',
	});
}
