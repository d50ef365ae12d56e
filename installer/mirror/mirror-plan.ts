import type {KernelArgument} from '../../engine/boot/kernel-argument.ts';
import {type EngineError, Refused} from '../../engine/errors.ts';
import {arrayUuid, seededUuid} from '../disk/identifiers.ts';
import type {FoundDisk} from '../disk/inventory.ts';
import {MiB} from '../disk/size.ts';

/** How the root is mirrored over all disks of a plan. */
export interface MirrorPlan {
	readonly level: 'raid1';
	/** Of the array, as mdadm writes it: four groups of eight hexadecimal digits. */
	readonly uuid: string;
	/** The array's, for people who look at it with mdadm. */
	readonly name: string;
}

/** What the array keeps for itself at the beginning of each partition; and what is left at the end, for rounding. */
export const mirrorDataOffset = MiB;
export const mirrorOverhead = 2 * MiB;

export function planMirror(seed: string): MirrorPlan {
	const uuid = arrayUuid(seededUuid(seed, 'root array'));
	return {level: 'raid1', uuid, name: 'slipway-root'};
}

/** By which the initramfs starts the array. They are the machine's, and all its deployments get them. */
export function mirrorArguments({uuid}: MirrorPlan): KernelArgument[] {
	return [{argument: `rd.md.uuid=${uuid}`, source: 'install: mirror'}];
}

/** What speaks against disks as halves of one mirror, each fit for itself. */
export function findMirrorProblems(disks: readonly FoundDisk[]): EngineError[] {
	const problems: EngineError[] = [];
	const [first] = disks;
	for (const [index, disk] of disks.entries()) {
		if (first === undefined || index === 0) continue;
		const before = disks.slice(0, index).find(({realPath}) => realPath === disk.realPath);
		if (before !== undefined)
			problems.push(
				new Refused('same-disk', `${disk.path} and ${before.path} are the same disk`, {
					hint: 'Name each disk of a mirror once.',
				}),
			);
		if (disk.sectorSize !== first.sectorSize)
			problems.push(
				new Refused(
					'sector-sizes',
					`${disk.path} has sectors of ${disk.sectorSize} bytes, ${first.path} of ${first.sectorSize}`,
					{hint: 'Take disks with sectors of one size.'},
				),
			);
	}
	return problems;
}
