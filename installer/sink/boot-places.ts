import type {DiskLayout} from '../disk/layout.ts';
import type {Partition} from '../disk/partition-table.ts';

/** A partition with files of the boot loader, and whether others have theirs on it too. */
export interface BootTarget extends Pick<Partition, 'start' | 'size'> {
	readonly isShared: boolean;
}

/** Where the boot loader goes, and where kernels and loader entries go; often the same. */
export interface BootPlaces {
	readonly esp: BootTarget;
	readonly boot: BootTarget;
}

export function bootPlaces({partitions, beside}: DiskLayout): BootPlaces {
	const find = (role: 'esp' | 'xbootldr'): BootTarget | undefined => {
		const made = partitions.find((partition) => partition.role === role);
		if (made !== undefined) return {start: made.start, size: made.size, isShared: false};
		const kept = beside?.kept.find(({use}) => use?.kind === role);
		return kept && {start: kept.start, size: kept.size, isShared: true};
	};
	const esp = find('esp');
	if (esp === undefined) throw new RangeError('the layout has no ESP');
	return {esp, boot: find('xbootldr') ?? esp};
}
