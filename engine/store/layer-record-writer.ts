import {createHash} from 'node:crypto';
import {closeSync, fchmodSync, openSync, rmSync, writeSync} from 'node:fs';
import {zstdCompressSync} from 'node:zlib';
import {verityAlgorithmOf} from '../erofs/fs-verity.ts';
import type {Digest} from '../oci/digest.ts';
import type {StoredContent} from './content-sink.ts';
import {
	itemKinds,
	maxContentItemSize,
	maxFrameContent,
	rawHeadSize,
	recordMagic,
} from './layer-record.ts';

/** Small contents stand in it, whosever they are. */
const recordMode = 0o600;

/** Writes a record into a new file as the layer comes in; nothing is synced here. */
export class LayerRecordWriter {
	readonly #path: string;
	readonly #fd: number;
	readonly #hasher = createHash('sha256');
	readonly #frame = Buffer.allocUnsafeSlow(maxFrameContent);
	#used = 0;
	/** Where in the frame the item begins that more bytes of the tar can be added to. */
	#rawAt: number | undefined;
	#isOpen = true;

	constructor(path: string, diffId: Digest) {
		this.#path = path;
		this.#fd = openSync(path, 'wx', recordMode);
		fchmodSync(this.#fd, recordMode);
		this.#write(recordMagic);
		this.#write(Buffer.from([diffId.length]));
		this.#write(Buffer.from(diffId, 'latin1'));
	}

	/** Takes bytes of the tar as they are. The chunk is copied. */
	raw(chunk: Buffer): void {
		for (let at = 0; at < chunk.length; ) {
			this.#rawAt ??= this.#beginRaw();
			const copied = chunk.copy(this.#frame, this.#used, at);
			this.#used += copied;
			at += copied;
			if (at < chunk.length) this.#endFrame();
		}
	}

	/** Takes where the content of `size` bytes is that the tar has here. */
	content(size: number, {inline, verityDigest = ''}: StoredContent): void {
		this.#endRaw();
		this.#makeRoom(maxContentItemSize);
		if (inline !== undefined) {
			this.#frame[this.#used++] = itemKinds.inline;
			this.#frame[this.#used++] = inline.length;
			this.#used += inline.copy(this.#frame, this.#used);
			return;
		}
		const algorithm = verityAlgorithmOf(verityDigest);
		if (algorithm === undefined) throw new RangeError(`"${verityDigest}" is no fs-verity digest`);
		this.#frame[this.#used++] = itemKinds[algorithm];
		this.#used = this.#frame.writeBigUInt64LE(BigInt(size), this.#used);
		this.#used += this.#frame.write(verityDigest, this.#used, 'hex');
	}

	/** The layer was read to its end and was the right one: the record is whole. */
	end(): void {
		this.#endFrame();
		this.#write(Buffer.alloc(4));
		const hash = this.#hasher.digest();
		writeWhole(this.#fd, hash);
		this.#close();
	}

	/** Removes what was written. Does nothing after `end`. */
	giveUp(): void {
		if (!this.#isOpen) return;
		this.#close();
		rmSync(this.#path, {force: true});
	}

	#beginRaw(): number {
		this.#makeRoom(rawHeadSize + 1);
		const at = this.#used;
		this.#frame[at] = itemKinds.raw;
		this.#used += rawHeadSize;
		return at;
	}

	#endRaw(): void {
		if (this.#rawAt === undefined) return;
		this.#frame.writeUInt32LE(this.#used - this.#rawAt - rawHeadSize, this.#rawAt + 1);
		this.#rawAt = undefined;
	}

	#makeRoom(size: number): void {
		if (this.#used + size > maxFrameContent) this.#endFrame();
	}

	#endFrame(): void {
		this.#endRaw();
		if (this.#used === 0) return;
		const compressed = zstdCompressSync(this.#frame.subarray(0, this.#used));
		const length = Buffer.alloc(4);
		length.writeUInt32LE(compressed.length);
		this.#write(length);
		this.#write(compressed);
		this.#used = 0;
	}

	#write(bytes: Buffer): void {
		this.#hasher.update(bytes);
		writeWhole(this.#fd, bytes);
	}

	#close(): void {
		this.#isOpen = false;
		closeSync(this.#fd);
	}
}

function writeWhole(fd: number, bytes: Buffer): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
