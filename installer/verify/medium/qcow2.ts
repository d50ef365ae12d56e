import {constants, inflateRawSync} from 'node:zlib';
import type {Medium} from './medium.ts';
import {damaged, parseQcow2Header, type Qcow2Header, qcow2HeaderSize} from './qcow2-header.ts';

/** Bits of an entry of a second table. */
const compressedBit = 1n << 62n;
const offsetMask = (1n << 56n) - (1n << 9n);
const zeroBit = 1n;
/** Of tables and of clusters that were unpacked. */
const maxCached = 32;

/** A disk in QEMU's format: clusters that are somewhere in the file, packed or not, or zeros. */
export class Qcow2Disk implements Medium {
	readonly size: number;
	readonly snapshots: number;
	readonly #file: Medium;
	readonly #path: string;
	readonly #header: Qcow2Header;
	readonly #clusterSize: number;
	readonly #l1: Buffer;
	readonly #tables = new Cache();
	readonly #clusters = new Cache();

	/** @param file is this disk's from now on */
	constructor(file: Medium, path: string) {
		this.#file = file;
		this.#path = path;
		this.#header = parseQcow2Header(this.#bytesAt(0, qcow2HeaderSize), path);
		this.size = this.#header.size;
		this.snapshots = this.#header.snapshots;
		this.#clusterSize = 2 ** this.#header.clusterBits;
		this.#l1 = this.#bytesAt(this.#header.l1Offset, this.#header.l1Size * 8);
	}

	read(target: Buffer, offset: number): void {
		if (offset + target.length > this.size) throw damaged(this.#path, 'it ends too early');
		for (let done = 0; done < target.length; ) {
			const at = offset + done;
			const inCluster = at % this.#clusterSize;
			const count = Math.min(this.#clusterSize - inCluster, target.length - done);
			this.#readCluster(target.subarray(done, done + count), at - inCluster, inCluster);
			done += count;
		}
	}

	[Symbol.dispose](): void {
		this.#file[Symbol.dispose]();
	}

	#readCluster(target: Buffer, cluster: number, start: number): void {
		const entry = this.#entryOf(cluster / this.#clusterSize);
		if ((entry & compressedBit) !== 0n) {
			const bytes = this.#clusters.get(entry, () => this.#unpack(entry));
			bytes.copy(target, 0, start);
			return;
		}
		const place = Number(entry & offsetMask);
		if ((entry & zeroBit) !== 0n || place === 0) target.fill(0);
		else this.#file.read(target, place + start);
	}

	#entryOf(cluster: number): bigint {
		const entries = this.#clusterSize / 8;
		const table = this.#l1.readBigUInt64BE(Math.floor(cluster / entries) * 8) & offsetMask;
		if (table === 0n) return 0n;
		const bytes = this.#tables.get(table, () => this.#bytesAt(Number(table), this.#clusterSize));
		return bytes.readBigUInt64BE((cluster % entries) * 8);
	}

	/** What was packed ends somewhere in its last sector. */
	#unpack(entry: bigint): Buffer {
		const offsetBits = BigInt(62 - (this.#header.clusterBits - 8));
		const place = Number(entry & ((1n << offsetBits) - 1n));
		const sectors = Number((entry & (compressedBit - 1n)) >> offsetBits) + 1;
		const wanted = sectors * 512 - (place % 512);
		const packed = this.#bytesAt(place, Math.min(wanted, Math.max(0, this.#file.size - place)));
		try {
			const bytes = inflateRawSync(packed, {
				maxOutputLength: this.#clusterSize,
				finishFlush: constants.Z_SYNC_FLUSH,
			});
			if (bytes.length === this.#clusterSize) return bytes;
		} catch (error) {
			throw damaged(this.#path, `a cluster at byte ${place} (${error})`);
		}
		throw damaged(this.#path, `a cluster at byte ${place} is too short`);
	}

	#bytesAt(offset: number, length: number): Buffer {
		const bytes = Buffer.allocUnsafe(length);
		this.#file.read(bytes, offset);
		return bytes;
	}
}

/** The last that were used. */
class Cache {
	readonly #known = new Map<bigint, Buffer>();

	get(key: bigint, make: () => Buffer): Buffer {
		const bytes = this.#known.get(key) ?? make();
		this.#known.delete(key);
		this.#known.set(key, bytes);
		const [oldest] = this.#known.keys();
		if (this.#known.size > maxCached && oldest !== undefined) this.#known.delete(oldest);
		return bytes;
	}
}
