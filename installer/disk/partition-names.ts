/** Partition names of an installation: the root has its final one once all but the loader entry is there. */
export const partitionNames = {
	esp: 'slipway-esp',
	root: 'slipway-root',
	unfinishedRoot: 'slipway-root-incomplete',
} as const;

export const ownPartitionNames: ReadonlySet<string> = new Set(Object.values(partitionNames));
