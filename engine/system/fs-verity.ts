import {closeSync} from 'node:fs';
import {Lacking} from '../errors.ts';
import {KernelCallFailed, lastErrno, libc} from './libc.ts';
import {openFile, withOpenFile} from './open-file.ts';
import type {FsVerityAlgorithm} from './system.ts';

/** linux/fsverity.h */
const ioctls = {
	enable: 0x40806685, // FS_IOC_ENABLE_VERITY
	measure: 0xc0046686, // FS_IOC_MEASURE_VERITY
} as const;
const algorithmNumbers: Readonly<Record<FsVerityAlgorithm, number>> = {sha256: 1, sha512: 2};
const blockSize = 4096;
/** struct fsverity_enable_arg: version, algorithm, block size; salt and signature stay absent. */
const enableArgumentSize = 128;
const maxDigestSize = 64;
/** libuv has as many threads. */
const parallelCalls = 4;

/** ENOTTY: a file system without the ioctl; EOPNOTSUPP: one made, or a kernel built, without it. */
const unsupported: ReadonlySet<string> = new Set(['ENOTTY', 'EOPNOTSUPP', 'ENOTSUP']);

export function enableVerity(file: string, algorithm: FsVerityAlgorithm): void {
	const argument = formatEnableArgument(algorithm);
	const errno = withOpenFile(file, 'r', (fd) =>
		libc().ioctl(fd, ioctls.enable, argument) >= 0 ? undefined : lastErrno(),
	);
	if (errno === undefined || errno === 'EEXIST') return;
	if (unsupported.has(errno)) {
		throw new Lacking('no-fs-verity', `the file system or kernel has no fs-verity for ${file}`, {
			hint: 'Use ext4 made with the verity feature, or btrfs, and a kernel with FS_VERITY.',
		});
	}
	throw new KernelCallFailed('enable fs-verity on', file, errno);
}

/** The kernel reads and hashes each file: on libuv's threads, so that every core does. */
export async function enableVerityOnAll(
	files: Iterable<string>,
	algorithm: FsVerityAlgorithm,
): Promise<void> {
	const argument = formatEnableArgument(algorithm);
	const queue = Iterator.from(files);
	const lane = async () => {
		for (const file of queue) {
			// errno belongs to the thread that called: another try here tells what is wrong.
			if ((await enableOnThread(file, argument)) < 0) enableVerity(file, algorithm);
		}
	};
	await Promise.all(Array.from({length: parallelCalls}, lane));
}

async function enableOnThread(file: string, argument: Buffer): Promise<number> {
	const fd = openFile(file, 'r');
	try {
		return await libc().ioctlOnThread(fd, ioctls.enable, argument);
	} finally {
		closeSync(fd);
	}
}

function formatEnableArgument(algorithm: FsVerityAlgorithm): Buffer {
	const argument = Buffer.alloc(enableArgumentSize);
	argument.writeUInt32LE(1, 0);
	argument.writeUInt32LE(algorithmNumbers[algorithm], 4);
	argument.writeUInt32LE(blockSize, 8);
	return argument;
}

export function measureVerity(
	file: string,
): {readonly algorithm: FsVerityAlgorithm; readonly digest: string} | undefined {
	// struct fsverity_digest: algorithm, room for the digest (then its size), digest.
	const answer = Buffer.alloc(4 + maxDigestSize);
	answer.writeUInt16LE(maxDigestSize, 2);
	const errno = withOpenFile(file, 'r', (fd) =>
		libc().ioctl(fd, ioctls.measure, answer) >= 0 ? undefined : lastErrno(),
	);
	if (errno === undefined) {
		return {
			algorithm: answer.readUInt16LE(0) === algorithmNumbers.sha512 ? 'sha512' : 'sha256',
			digest: answer.toString('hex', 4, 4 + answer.readUInt16LE(2)),
		};
	}
	if (errno === 'ENODATA' || unsupported.has(errno)) return undefined;
	throw new KernelCallFailed('measure fs-verity of', file, errno);
}
