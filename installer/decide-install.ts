import type {EngineError} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {UnhashedContent} from './content.ts';
import {type DescribedSystem, describeSystem, type SystemRequest} from './describe-system.ts';
import type {DiskInventory, FoundDisk} from './disk/inventory.ts';
import {isFound} from './disk/refusals.ts';
import type {DiskTarget} from './disk/sfdisk.ts';
import type {InstallOptions} from './install-options.ts';
import {
	type InstallTarget,
	inspectTarget,
	isRoomyFor,
	refusalsOf,
	type TargetOptions,
} from './install-target.ts';
import {partitionOfRole, planInstall} from './plan.ts';
import {otherFileSystems, type PreparedInstall} from './prepare-install.ts';
import type {PlannedContent, PlanRun} from './run-plan.ts';
import {hashOthers, hashSelf, type UnhashedSelf} from './self-image.ts';
import {throwRefusals} from './several-refusals.ts';
import {checkMountable, chooseSink} from './sink/choose.ts';

/**
 * Checks all that can be checked and plans; nothing is written. All files are hashed only when the disk may be too
 * small without knowing which are the same, when the disk cannot be written in the same pass, and for a plan
 * that is only shown.
 */
export async function decideInstall(
	system: System,
	options: InstallOptions,
	{unhashed, request, problems, wishes, onDisk, rough, needed}: PreparedInstall,
	target: InstallTarget,
	report: ProgressReporter,
): Promise<PlanRun> {
	const hash = async () =>
		describeSystem({...request, self: await hashSelf(unhashed, options.signal, report)});
	const isRoomy = isRoomyFor(target, needed);
	const early = isRoomy && !options.dryRun ? undefined : await hash();
	const exact = isRoomy ? needed : {...needed, sizes: (early ?? rough).sizes};
	// Hashing takes long enough for others to use the disk.
	const found = early === undefined ? target : await inspectTarget(system, targetOptions(options));
	const refusals = refusalsOf(
		system,
		found,
		{...targetOptions(options), isEncryptedLater: request.isMadeElsewhere === true},
		exact,
	);
	const [disk, ...others] = acceptDisks(found, [...problems, ...refusals]);
	const place = diskTarget(disk);
	const volume = onDisk.volumeOn([place, ...others.map(diskTarget)]);
	const {sink, canEnableVerity} = chooseSink(
		system,
		place,
		needed.settings.rootFileSystem,
		volume?.target,
	);
	for (const type of otherFileSystems(wishes)) checkMountable(system, type);
	const plan = (described: DescribedSystem): PlannedContent => {
		const planned = planInstall({
			...exact,
			disk,
			others,
			sharing: found.sharing,
			encryption: onDisk.encryption,
			mirror: onDisk.mirror,
			warnings: onDisk.warnings,
			image: described.image,
			bootstrap: described.bootstrap,
			deployment: described.deployment,
			canEnableVerity,
		});
		return {plan: planned, content: described.contentFor(planned)};
	};
	const isOnePass = early === undefined && sink.writeUnhashed !== undefined;
	const planned = plan(isOnePass ? rough : (early ?? (await hash())));
	const partition = partitionOfRole(planned.plan.disks[0].layout, 'root');
	await sink.check(planned.content, volume?.placeOf(partition) ?? partition);
	return {
		...planned,
		sink,
		volume,
		unhashed: isOnePass ? lateContent(unhashed, request, plan) : undefined,
	};
}

const diskTarget = ({realPath: path, sectorSize}: FoundDisk): DiskTarget => ({path, sectorSize});

export function targetOptions(options: InstallOptions): TargetOptions {
	const {disk: path, sectorSize, mirror, wipe, mayReplace = true, plannedDisk, answers} = options;
	return {path, sectorSize, mirror, wipe, mayReplace, plannedDisk, storage: answers.storage};
}

/** What is known when the files are hashed and written. */
function lateContent(
	self: UnhashedSelf,
	request: Omit<SystemRequest, 'self'>,
	plan: (described: DescribedSystem) => PlannedContent,
): UnhashedContent<PlannedContent> {
	return {
		async files() {
			const known = await self.stopHashing();
			return self.objects.map(({path, inode: {size}}) => {
				const hashed = known.get(path);
				return {path, size, hashed: hashed?.verityDigest === undefined ? undefined : hashed};
			});
		},
		describe: async (digests) =>
			plan(describeSystem({...request, self: await hashOthers(self, digests)})),
		checkUnchanged: () => self.checkUnchanged(),
	};
}

/** @throws Refused or Lacking with the refusals, if there are any */
export function acceptDisks(
	{disk, others}: InstallTarget,
	refusals: readonly EngineError[],
): readonly [FoundDisk, ...FoundDisk[]] {
	throwRefusals(refusals);
	return [foundDisk(disk), ...others.map(foundDisk)];
}

function foundDisk(disk: DiskInventory): FoundDisk {
	if (!isFound(disk)) throw new TypeError(`${disk.path} is no disk, and nothing said so`);
	return disk;
}
