import type {KernelArgument} from '../../engine/boot/kernel-argument.ts';
import type {EngineError} from '../../engine/errors.ts';
import type {EarlyBoot} from '../../engine/preflight/missing-drivers.ts';
import type {System} from '../../engine/system/system.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import type {RootVolume} from '../root-volume.ts';
import {findMirrorObstacles} from './check-mirror.ts';
import {type MirrorPlan, mirrorArguments, planMirror} from './mirror-plan.ts';
import {mirroredRoot} from './mirrored-root.ts';

/** All about a mirrored root that is decided before the disks are looked at. */
export interface PreparedMirror {
	readonly plan: MirrorPlan;
	readonly kernelArguments: readonly KernelArgument[];
	/** Whoever finds some does not install. */
	readonly problems: readonly EngineError[];
	volumeOn(disks: readonly DiskTarget[]): RootVolume;
}

/** Undefined where there is one disk. */
export async function prepareMirror(
	system: System,
	others: readonly string[],
	seed: string,
	readEarly: () => Promise<EarlyBoot | undefined>,
): Promise<PreparedMirror | undefined> {
	if (others.length === 0) return undefined;
	const plan = planMirror(seed);
	return {
		plan,
		kernelArguments: mirrorArguments(plan),
		problems: await findMirrorObstacles(system, plan, await readEarly()),
		volumeOn: (disks) => mirroredRoot(system, disks, plan),
	};
}
