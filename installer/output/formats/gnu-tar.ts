/** Tar in the format of GNU, which importers ask for: sizes of 8 GiB and more are binary, and there are no extensions. */
import {blockSize} from '../../../engine/tar/header.ts';

/** 11 octal digits and a NUL. */
const maxOctal = 8 ** 11 - 1;
const nameLength = 100;

export interface GnuMember {
	readonly name: string;
	readonly size: number;
	/** In whole seconds. */
	readonly time: Date;
}

/** The header of a file that belongs to root and that everybody may read. */
export function gnuHeader({name, size, time}: GnuMember): Buffer {
	if (Buffer.byteLength(name) >= nameLength)
		throw new RangeError(`a tar has no room for the name ${name}`);
	const bytes = Buffer.alloc(blockSize);
	const octal = (value: number, at: number, digits: number) =>
		bytes.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
	bytes.write(name);
	octal(0o644, 100, 7);
	octal(0, 108, 7);
	octal(0, 116, 7);
	if (size <= maxOctal) octal(size, 124, 11);
	else {
		bytes.writeUInt8(0x80, 124);
		bytes.writeBigUInt64BE(BigInt(size), 128);
	}
	octal(Math.max(Math.floor(time.getTime() / 1000), 0), 136, 11);
	bytes.write('0', 156, 'latin1');
	bytes.write('ustar  \0', 257, 'latin1');
	// The sum counts itself as spaces.
	bytes.write(' '.repeat(8), 148, 'latin1');
	octal(
		bytes.reduce((sum, byte) => sum + byte, 0),
		148,
		6,
	);
	bytes.write('\0 ', 154, 'latin1');
	return bytes;
}

/** Zeros between the end of a member and the next header. */
export function memberPadding(size: number): Buffer {
	return Buffer.alloc(-size & (blockSize - 1));
}

/** Two blocks of zeros. */
export const endOfArchive = Buffer.alloc(2 * blockSize);
