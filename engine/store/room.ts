import {Refused} from '../errors.ts';
import {isDiskFull} from '../system/disk-full.ts';

const mebibyte = 2 ** 20;

/** Where an image is to go. */
export interface Room {
	readonly folder: string;
	/** Bytes on its file system before anything of the image was written. */
	readonly free: number;
}

/** @throws Refused `no-room`, with what is needed at least and what is free */
export function checkRoom(room: Room, needed: number): void {
	if (needed > room.free) throw noRoom(room, needed);
}

/**
 * Does a part of the work; that the disk is full is told as {@link checkRoom} does.
 * @param remaining bytes that are to come at least, asked when the disk is full
 */
export async function orNoRoom<T>(
	room: Room,
	work: () => Promise<T>,
	remaining: () => number = () => 0,
): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!isDiskFull(error)) throw error;
		// All that was free is in use, and the byte that failed did not fit.
		throw noRoom(room, room.free + remaining() + 1, error);
	}
}

function noRoom({folder, free}: Room, needed: number, cause?: unknown): Refused {
	const atLeast = Math.ceil(needed / mebibyte);
	return new Refused(
		'no-room',
		`the image needs at least ${atLeast} MiB in ${folder}, which has ${Math.floor(free / mebibyte)} MiB free`,
		{
			hint: 'Delete a deployment that is not needed, run `slipway gc`, or make the file system larger.',
			...(cause !== undefined && {cause}),
		},
	);
}
