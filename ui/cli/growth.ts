import type {GrowthPlan} from '../../installer/grow/growth-plan.ts';
import {formatSize} from './format.ts';

/** What was grown, or would be; sizes are in bytes. */
export interface DescribedGrowth {
	readonly disk: string;
	readonly partition: string;
	readonly fileSystem: string;
	/** Of the file system before, and of its partition after. */
	readonly from: number;
	readonly to: number;
	readonly grown: boolean;
}

export function describeGrowth({root, size, steps}: GrowthPlan): DescribedGrowth {
	const {disk, partition, fileSystem} = root;
	return {
		disk: disk.path,
		partition: partition.path,
		fileSystem: fileSystem.type,
		from: fileSystem.size,
		to: size,
		grown: steps.length > 0,
	};
}

export function formatGrowth(plan: GrowthPlan, {dryRun}: {readonly dryRun: boolean}): string[] {
	const {disk, partition, fileSystem, from, to, grown} = describeGrowth(plan);
	if (!grown) return [`nothing to grow: the root has all of ${disk}`];
	const verb = dryRun ? 'would grow' : 'grew';
	return [
		`${verb} the root on ${partition} (${fileSystem}) from ${formatSize(from)} to ${formatSize(to)}`,
	];
}
