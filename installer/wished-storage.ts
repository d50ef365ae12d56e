import type {KernelArgument} from '../engine/boot/kernel-argument.ts';
import type {StorageAnswers} from './answers/answers.ts';
import type {StorageWishes} from './disk/storage-wishes.ts';
import {swapPartitionSize} from './disk/swap-size.ts';
import {swapUuid} from './disk/wanted-partitions.ts';

/** What answers ask of a layout, on a machine with so much memory. */
export function wishedStorage(
	storage: StorageAnswers,
	{memory, diskSize}: {readonly memory: number; readonly diskSize: number},
): StorageWishes {
	return {
		root: {
			size: storage.rootSize,
			least: storage.rootMinimumSize,
			most: storage.rootMaximumSize,
		},
		swapSize: swapPartitionSize(storage.swap, memory, diskSize),
		further: storage.partitions,
	};
}

/** Kernel arguments that the machine needs for it: a kernel that wakes up has to know from where. */
export function storageArguments({swap}: StorageAnswers, seed: string): readonly KernelArgument[] {
	if (swap !== 'hibernation') return [];
	return [{argument: `resume=UUID=${swapUuid(seed)}`, source: 'slipway install storage.swap'}];
}
