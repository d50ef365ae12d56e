import path from 'node:path';
import {type EngineError, Refused, UsageError} from '../../engine/errors.ts';
import {readMounts} from '../../engine/system/mount-points.ts';
import type {System} from '../../engine/system/system.ts';
import {kernelPaths} from '../disk/block-devices.ts';
import {openDeviceNode} from '../disk/device-node.ts';
import {mountedDevice} from '../disk/mounts.ts';
import {probeRegion} from '../disk/signatures.ts';
import type {MachineMount} from '../machine-mounts.ts';
import {throwRefusals} from '../several-refusals.ts';
import {type BootTarget, readBootTarget} from './boot-target.ts';
import {readDefaultRoot, refusalsOfDefaultRoot} from './default-subvolume.ts';
import {type OtherMount, otherMounts} from './fstab-answer.ts';
import type {MountedOptions} from './mounted-options.ts';
import {type RootTarget, readRootTarget} from './root-target.ts';
import {ownNames} from './target-names.ts';
import {findTargetRefusals, type Replace} from './target-refusals.ts';
import {readVarTarget, refusalsOfVar, type VarTarget} from './var-target.ts';

/** Where an installation goes. */
export interface MountedTargets {
	readonly root: RootTarget;
	readonly boot: BootTarget;
	readonly replace: Replace;
	/** Names in the root that are removed, and `var/NAME` of a /var on its own file system. */
	readonly removes: readonly string[];
	/** Where a file system of /var alone is mounted. */
	readonly varMount: string | undefined;
	/** What is mounted there by the machine itself. */
	readonly machineMounts: readonly MachineMount[];
	/** Further file systems below the root. */
	readonly others: readonly OtherMount[];
}

type TargetOptions = Pick<
	MountedOptions,
	'root' | 'replace' | 'isOwnRootFine' | 'takeover' | 'rootMountSpec' | 'bootMountSpec'
>;

/** @throws Refused, Lacking or UsageError with all that speaks against it before the image is looked at */
export async function readTargets(system: System, options: TargetOptions): Promise<MountedTargets> {
	const root = await readRootTarget(system, options.root);
	const isNode = options.bootMountSpec?.startsWith('/dev/');
	const boot = await readBootTarget(system, root, isNode ? options.bootMountSpec : undefined);
	const {replace} = options;
	const capabilities = system.capabilities();
	const refusals: EngineError[] = findTargetRefusals(root, boot, {
		replace,
		capabilities,
		isTakeover: options.takeover !== undefined,
	});
	if (refusals.length === 0)
		refusals.push(...refusalsOfDefaultRoot(root, readDefaultRoot(system, root)));
	refusals.push(...refusalsOfSpecs(root, options));
	if (!options.isOwnRootFine && backsThisContainer(root))
		refusals.push(
			new Refused('own-root', `${root.path} is the file system of the system that runs here`, {
				hint: 'Run install to-existing-root to take its state along, or give --acknowledge-destructive.',
			}),
		);
	const isNew = options.takeover === undefined;
	const varMount = isNew ? root.mounts.find((mount) => mount.path === '/var') : undefined;
	const ownVar = varMount && readVarTarget(path.join(root.realPath, 'var'));
	if (ownVar !== undefined)
		refusals.push(...refusalsOfVar(ownVar, replace, root.names.isUnfinished));
	throwRefusals(refusals);
	const others = isNew ? await uuidsOf(system, otherMounts(root, boot)) : [];
	const [ofVar] = varMount === undefined ? [] : await uuidsOf(system, [varMount]);
	return {
		root,
		boot,
		replace,
		removes: replace === 'wipe' ? removedNames(root, ownVar) : [],
		varMount: ownVar?.place,
		machineMounts: ofVar === undefined ? [] : [{mountPoint: '/var', uuid: ofVar.uuid, options: []}],
		others,
	};
}

/** In the root, and in /var where that is a file system of its own. */
export function removedNames(
	{names}: Pick<RootTarget, 'names'>,
	ownVar: Pick<VarTarget, 'names'> | undefined,
): string[] {
	const own = ownNames.filter((name) => names.own.includes(name));
	const ofVar = ownVar?.names.map((name) => path.join('var', name)) ?? [];
	return [...names.foreign, ...own, ...ofVar];
}

/** The initramfs finds its disk by UUID alone, so that no other will do. */
function refusalsOfSpecs(
	root: RootTarget,
	{rootMountSpec, bootMountSpec}: TargetOptions,
): EngineError[] {
	const problems: EngineError[] = [];
	if (rootMountSpec !== undefined && rootMountSpec !== `UUID=${root.uuid}`)
		problems.push(
			new UsageError(
				`--root-mount-spec is ${JSON.stringify(rootMountSpec)}, and the root is UUID=${root.uuid}`,
				{
					hint: 'Leave it out: slipway boots from the UUID of the file system.',
				},
			),
		);
	if (bootMountSpec !== undefined && !/^((PART)?(UUID|LABEL)=|\/dev\/)[!-~]+$/.test(bootMountSpec))
		problems.push(
			new UsageError(`--boot-mount-spec is ${JSON.stringify(bootMountSpec)}`, {
				hint: 'Give what fstab takes, such as UUID=1234-ABCD.',
			}),
		);
	return problems;
}

/** What a container engine mounts lies where its host keeps its state. */
const hostMounts = new Set([
	'/',
	'/etc/hosts',
	'/etc/hostname',
	'/etc/resolv.conf',
	'/run/.containerenv',
]);

function backsThisContainer({mount}: RootTarget): boolean {
	return readMounts().some(({path, device}) => hostMounts.has(path) && device === mount.device);
}

async function uuidsOf(system: System, mounts: RootTarget['mounts']): Promise<OtherMount[]> {
	const found: OtherMount[] = [];
	for (const mount of mounts) {
		const device = mountedDevice(kernelPaths, mount);
		if (device === undefined) continue;
		using node = openDeviceNode(system, kernelPaths, device);
		const {size} = system.deviceSize(node.path);
		const uuid = (await probeRegion(system, node.path, {start: 0, size}))?.uuid;
		if (uuid !== undefined) found.push({path: mount.path, type: mount.type, uuid});
	}
	return found;
}
