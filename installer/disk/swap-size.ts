import type {StorageAnswers} from '../answers/answers.ts';
import {GiB} from './size.ts';

/** For swapping alone it takes no more of a disk than this part. */
const diskShare = 1 / 10;

/**
 * Bytes of the swap partition that answers ask for; undefined for none.
 * @param memory of the machine, in bytes
 */
export function swapPartitionSize(
	swap: StorageAnswers['swap'],
	memory: number,
	diskSize: number,
): number | undefined {
	if (typeof swap === 'object') return swap.size;
	if (swap === 'hibernation') return hibernationSize(memory);
	return swap === 'recommended' ? Math.min(swappingSize(memory), diskSize * diskShare) : undefined;
}

/** Less in proportion the more memory there is: nobody wants to wait for tens of GiB. */
function swappingSize(memory: number): number {
	if (memory <= 2 * GiB) return 2 * memory;
	if (memory <= 8 * GiB) return memory;
	return memory <= 64 * GiB ? memory / 2 : 4 * GiB;
}

/** All of memory, and what was swapped out before. */
function hibernationSize(memory: number): number {
	return memory + swappingSize(memory);
}
