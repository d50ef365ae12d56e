import {DamagedInput, Refused} from '../../../engine/errors.ts';

/**
 * What is needed of a header to read a disk.
 * @see https://www.qemu.org/docs/master/interop/qcow2.html
 */
export interface Qcow2Header {
	/** Of the disk that is in it. */
	readonly size: number;
	readonly clusterBits: number;
	/** Entries of the first table, and where it lies. */
	readonly l1Size: number;
	readonly l1Offset: number;
	/** States of the disk that are kept beside the present one. */
	readonly snapshots: number;
}

export const qcow2Magic = Buffer.from('QFI\xfb', 'latin1');
export const qcow2HeaderSize = 112;

/** Bits of `incompatible_features`: what stands in tables of another form, or elsewhere. */
const features = {externalData: 1n << 2n, compression: 1n << 3n} as const;
/** Dirty and corrupt: these change nothing for who reads. */
const harmless = 0b11n;
/** A table of 32 MiB is for 2 TiB in clusters of 4 KiB, and for more in those that are usual. */
const maxL1Size = 4 << 20;

/** @throws DamagedInput, or Refused `unreadable-format` for what needs QEMU itself */
export function parseQcow2Header(bytes: Buffer, path: string): Qcow2Header {
	const version = bytes.readUInt32BE(4);
	if (version !== 2 && version !== 3) throw damaged(path, `version ${version}`);
	const incompatible = version === 2 ? 0n : bytes.readBigUInt64BE(72);
	if (bytes.readBigUInt64BE(8) !== 0n) throw unreadable(path, 'builds upon another file');
	if (bytes.readUInt32BE(32) !== 0) throw unreadable(path, 'is encrypted');
	if ((incompatible & features.externalData) !== 0n)
		throw unreadable(path, 'keeps its data in another file');
	if ((incompatible & features.compression) !== 0n)
		throw unreadable(path, 'is compressed in another way than by zlib');
	if ((incompatible & ~harmless) !== 0n) throw unreadable(path, 'has features beyond the usual');
	const clusterBits = bytes.readUInt32BE(20);
	if (clusterBits < 9 || clusterBits > 21)
		throw damaged(path, `clusters of 2^${clusterBits} bytes`);
	const l1Size = bytes.readUInt32BE(36);
	const size = Number(bytes.readBigUInt64BE(24));
	const needed = Math.ceil(size / 2 ** (2 * clusterBits - 3));
	if (!Number.isSafeInteger(size) || l1Size > maxL1Size || needed > l1Size)
		throw damaged(path, `a table of ${l1Size} entries for ${size} bytes`);
	return {
		size,
		clusterBits,
		l1Size,
		l1Offset: Number(bytes.readBigUInt64BE(40)),
		snapshots: bytes.readUInt32BE(60),
	};
}

export function damaged(path: string, what: string): DamagedInput {
	return new DamagedInput(`${path} is a damaged qcow2, or none: ${what}`, {
		hint: 'Copy or make it again.',
	});
}

export function unreadable(path: string, what: string): Refused {
	return new Refused('unreadable-format', `${path} cannot be read here: it ${what}`, {
		hint: `Convert it first: qemu-img convert -O raw ${path} ${path}.raw.`,
	});
}
