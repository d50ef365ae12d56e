/** An entry of a folder of a FAT file system. */
export interface FatEntry {
	readonly name: string;
	readonly isFolder: boolean;
	/** 0 for what has no content. */
	readonly firstCluster: number;
	/** In bytes; 0 for a folder. */
	readonly size: number;
}

const entrySize = 32;
const marks = {end: 0, deleted: 0xe5} as const;
/** Of a name that begins with the mark of a deleted one. */
const escapedFirst = 0x05;
const attributes = {volumeLabel: 0x08, folder: 0x10, longName: 0x0f} as const;
/** Bits of byte 12: the part is in lower case. */
const lowerCase = {stem: 0x08, extension: 0x10} as const;
const lastPart = 0x40;

/**
 * Entries of a folder, but for itself, its parent and the volume's label. Long names come in parts before
 * their entry, the last part first; parts that do not belong to what follows count for nothing.
 */
export function readFatDirectory(bytes: Buffer): FatEntry[] {
	const entries: FatEntry[] = [];
	let long = new LongName();
	for (let at = 0; at + entrySize <= bytes.length; at += entrySize) {
		const entry = bytes.subarray(at, at + entrySize);
		const [first = 0, attribute = 0] = [entry[0], entry[11]];
		if (first === marks.end) break;
		if (first !== marks.deleted && (attribute & 0x3f) === attributes.longName) {
			long.add(entry);
			continue;
		}
		const name = long.nameOf(entry) ?? shortName(entry);
		long = new LongName();
		const isLabel = (attribute & attributes.volumeLabel) !== 0;
		if (first === marks.deleted || isLabel || name === '.' || name === '..') continue;
		const isFolder = (attribute & attributes.folder) !== 0;
		entries.push({
			name,
			isFolder,
			firstCluster: entry.readUInt16LE(20) * 0x10000 + entry.readUInt16LE(26),
			size: isFolder ? 0 : entry.readUInt32LE(28),
		});
	}
	return entries;
}

class LongName {
	#parts: string[] = [];
	#left = 0;
	#checksum = 0;

	add(entry: Buffer): void {
		const [order = 0, checksum = 0] = [entry[0], entry[13]];
		const number = order & 0x1f;
		if ((order & lastPart) !== 0) {
			this.#parts = [];
			this.#left = number;
			this.#checksum = checksum;
		}
		if (number === 0 || number !== this.#left || checksum !== this.#checksum) {
			this.#left = -1;
			return;
		}
		this.#left--;
		const units = [entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)];
		this.#parts.unshift(Buffer.concat(units).toString('utf16le'));
	}

	/** Undefined when what came before is not the name of this entry. */
	nameOf(entry: Buffer): string | undefined {
		const isWhole = this.#parts.length > 0 && this.#left === 0;
		if (!isWhole || this.#checksum !== shortChecksum(entry)) return undefined;
		return this.#parts.join('').replace(/\0.*$/s, '');
	}
}

function shortChecksum(entry: Buffer): number {
	let sum = 0;
	for (const byte of entry.subarray(0, 11)) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
	return sum;
}

function shortName(entry: Buffer): string {
	const raw = Buffer.from(entry.subarray(0, 11));
	if (raw[0] === escapedFirst) raw[0] = marks.deleted;
	const part = (from: number, to: number, bit: number) => {
		const text = raw.toString('latin1', from, to).trimEnd();
		return ((entry[12] ?? 0) & bit) === 0 ? text : text.toLowerCase();
	};
	const extension = part(8, 11, lowerCase.extension);
	const stem = part(0, 8, lowerCase.stem);
	return extension === '' ? stem : `${stem}.${extension}`;
}
