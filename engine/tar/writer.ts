import {closeSync, openSync, readSync} from 'node:fs';
import {OperationFailed} from '../errors.ts';
import {printable} from '../tree/printable.ts';
import type {ByteString, Inode, Metadata} from '../tree/tree.ts';
import {encodeHeader, type MemberHeader} from './encode.ts';
import {blockSize} from './header.ts';

/** One member to write, in the order in which it shall stand. */
export interface TarMember {
	/** Relative, without a slash at its end; `''` is the root. */
	readonly path: ByteString;
	readonly inode: Inode | (Metadata & {readonly type: 'hardlink'; readonly target: ByteString});
	/** Of files that are not empty. */
	readonly source:
		| {readonly kind: 'path'; readonly path: ByteString}
		| {readonly kind: 'bytes'; readonly bytes: Buffer}
		/** Made when their turn comes; each piece is used up before the next is asked for. */
		| {readonly kind: 'pieces'; readonly pieces: () => Iterable<Buffer>}
		| undefined;
}

/** Also the size of each read: larger ones gain nothing. */
const slabSize = 1 << 20;

/**
 * A tar of the members as pieces of 1 MiB, which belong to whoever takes them; the last is shorter.
 * Files are read when their turn comes, by synchronous reads: for many small files in the page cache
 * that is several times as fast as streams.
 * @throws OperationFailed `source-changed` when a file is shorter than its inode says
 */
export async function* writeTar(members: Iterable<TarMember>): AsyncGenerator<Buffer, void> {
	let slab = Buffer.allocUnsafeSlow(slabSize);
	let used = 0;
	for (const piece of tarPieces(members)) {
		for (let at = 0; at < piece.length; ) {
			const copied = piece.copy(slab, used, at);
			at += copied;
			used += copied;
			if (used < slabSize) continue;
			yield slab;
			slab = Buffer.allocUnsafeSlow(slabSize);
			used = 0;
		}
	}
	if (used > 0) yield slab.subarray(0, used);
}

const zeros = Buffer.alloc(2 * blockSize);

/** Each piece is valid only until the next is asked for. */
function* tarPieces(members: Iterable<TarMember>): Generator<Buffer, void> {
	const readBuffer = Buffer.allocUnsafeSlow(slabSize);
	for (const member of members) {
		const header = memberHeader(member);
		yield encodeHeader(header, member.inode);
		if (header.size === 0) continue;
		yield* contentPieces(member, header.size, readBuffer);
		yield zeros.subarray(0, (blockSize - (header.size % blockSize)) % blockSize);
	}
	yield zeros;
}

function memberHeader({path, inode}: TarMember): MemberHeader {
	const header = {path, size: 0, linkTarget: undefined, rdev: 0};
	switch (inode.type) {
		case 'file':
			return {...header, type: 'file', size: inode.size};
		case 'symlink':
		case 'hardlink':
			return {...header, type: inode.type, linkTarget: inode.target};
		case 'character':
		case 'block':
			return {...header, type: inode.type, rdev: inode.rdev};
		case 'directory':
		case 'fifo':
			return {...header, type: inode.type};
		case 'socket':
			throw new OperationFailed(
				'unsupported-file',
				`${printable(path)} is a socket, which a tar cannot hold`,
				{hint: 'Leave sockets out of the tree.'},
			);
	}
}

function* contentPieces(
	{path, source}: TarMember,
	size: number,
	readBuffer: Buffer,
): Generator<Buffer, void> {
	if (source?.kind === 'bytes' && source.bytes.length === size) {
		yield source.bytes;
		return;
	}
	let left = size;
	if (source?.kind === 'path') {
		const file = openSync(Buffer.from(source.path, 'latin1'), 'r');
		try {
			while (left > 0) {
				const read = readSync(file, readBuffer, 0, Math.min(left, slabSize), null);
				if (read === 0) break;
				left -= read;
				yield readBuffer.subarray(0, read);
			}
		} finally {
			closeSync(file);
		}
	} else if (source?.kind === 'pieces') {
		for (const piece of source.pieces()) {
			left -= piece.length;
			yield piece;
		}
	}
	if (left !== 0)
		throw new OperationFailed(
			'source-changed',
			`the content of ${printable(path)} is not the ${size} bytes it should be`,
			{hint: 'Something changes the files that are being read; stop it and try again.'},
		);
}
