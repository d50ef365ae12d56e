import {blockSize} from '../../../engine/tar/header.ts';

export interface RawFields {
	readonly name?: string;
	readonly typeflag?: string;
	readonly size?: string;
	readonly mode?: string;
	readonly uid?: string;
	readonly mtime?: string;
	readonly link?: string;
	readonly magic?: string;
	readonly devMajor?: string;
	readonly devMinor?: string;
	readonly prefix?: string;
	/** Else the right one. */
	readonly checksum?: string;
}

/** A header block made field by field, right or wrong: what the writer would never write. */
export function rawHeader(fields: RawFields): Buffer {
	const block = Buffer.alloc(blockSize);
	const put = (text: string, at: number) => block.write(text, at, 'latin1');
	put(fields.name ?? 'f', 0);
	put(fields.mode ?? '0000644', 100);
	put(fields.uid ?? '0000000', 108);
	put('0000000', 116);
	put(fields.size ?? '00000000000', 124);
	put(fields.mtime ?? '00000000000', 136);
	put(fields.typeflag ?? '0', 156);
	put(fields.link ?? '', 157);
	put(fields.magic ?? 'ustar\x0000', 257);
	put(fields.devMajor ?? '0000000', 329);
	put(fields.devMinor ?? '0000000', 337);
	put(fields.prefix ?? '', 345);
	block.fill(0x20, 148, 156);
	const sum = block.reduce((total, byte) => total + byte, 0);
	put(fields.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148);
	return block;
}

/** Headers and data, each filled up to whole blocks, and the end of the archive. */
export function rawTar(...parts: readonly (Buffer | string)[]): Buffer {
	const blocks = parts.map((part) => {
		const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
		return Buffer.concat([
			bytes,
			Buffer.alloc((blockSize - (bytes.length % blockSize)) % blockSize),
		]);
	});
	return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

/** A PAX header with these records, to stand before an entry. */
export function rawPax(records: string, typeflag = 'x'): [Buffer, string] {
	const size = records.length.toString(8).padStart(11, '0');
	return [rawHeader({name: 'PaxHeaders/f', typeflag, size}), records];
}

/** One record with its right length. */
export function record(key: string, value: string): string {
	const rest = key.length + value.length + 3;
	let length = rest;
	while (String(length).length + rest !== length) length = String(length).length + rest;
	return `${length} ${key}=${value}\n`;
}
