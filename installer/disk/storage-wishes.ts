import type {ExtraPartition} from '../answers/answers.ts';

/** What a layout is asked for beside the ESP and the root's file system. */
export interface StorageWishes {
	readonly root: SizeWish;
	/** Bytes of a swap partition; undefined for none. */
	readonly swapSize: number | undefined;
	/** Further partitions, to be made or there already. */
	readonly further: readonly ExtraPartition[];
	/** Whether the root is behind all others, so that it can grow with its disk. */
	readonly rootIsLast?: boolean;
}

/** Bytes. A size is all that counts where there is one. */
export interface SizeWish {
	readonly size: number | undefined;
	readonly least: number | undefined;
	readonly most: number | undefined;
}

export const noWishes: StorageWishes = {
	root: {size: undefined, least: undefined, most: undefined},
	swapSize: undefined,
	further: [],
};
