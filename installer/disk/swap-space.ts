import {open} from 'node:fs/promises';
import type {PlannedPartition} from './layout.ts';

/** What the kernel's pages are on all architectures that slipway boots. */
const pageSize = 4096;

/**
 * The first page of a swap space, which is all of it that is written.
 * @param size of the partition, in bytes
 * @see linux/include/linux/swap.h, union swap_header
 */
export function swapHeader({
	size,
	fileSystem: {uuid, label},
}: Pick<PlannedPartition, 'size' | 'fileSystem'>): Buffer {
	const page = Buffer.alloc(pageSize);
	page.writeUInt32LE(1, 1024);
	page.writeUInt32LE(Math.floor(size / pageSize) - 1, 1028);
	Buffer.from(uuid.replaceAll('-', ''), 'hex').copy(page, 1036);
	page.write(label.slice(0, 15), 1052, 'ascii');
	page.write('SWAPSPACE2', pageSize - 10, 'ascii');
	return page;
}

/** mkswap knows no offset. It is on the medium when this returns. */
export async function writeSwapSpace(
	disk: string,
	partition: Pick<PlannedPartition, 'start' | 'size' | 'fileSystem'>,
): Promise<void> {
	await using file = await open(disk, 'r+');
	await file.write(swapHeader(partition), 0, pageSize, partition.start);
	await file.datasync();
}
