import {Lacking, OperationFailed} from '../../engine/errors.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import type {System} from '../../engine/system/system.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import {resizePartition} from '../disk/sfdisk.ts';
import type {FoundRoot, GrowthPlan, GrowthStep} from './growth-plan.ts';

/**
 * Grows a root that is in use. Each step can be done again, so after a cut the next run goes on.
 * @throws OperationFailed, Lacking `missing-program`
 */
export async function runGrowth(system: System, plan: GrowthPlan): Promise<void> {
	for (const step of plan.steps) await runStep(system, plan, step);
}

async function runStep(system: System, {root, size}: GrowthPlan, step: GrowthStep): Promise<void> {
	const {disk, partition} = root;
	switch (step.kind) {
		case 'table':
			await resizePartition(system, disk, {number: partition.number, table: step.table});
			return;
		case 'partition':
			// The kernel reads a table again only when nothing on the disk is mounted; this tells it of one entry.
			await system.run('partx', ['--update', '--nr', String(partition.number), disk.path]);
			checkPartition(system, partition, size);
			return;
		case 'mapping':
			await growMapping(system, step.name);
			return;
		case 'file-system':
			await growFileSystem(system, root);
			return;
	}
}

function checkPartition(system: System, {path}: FoundRoot['partition'], size: number): void {
	const found = system.deviceSize(path);
	if (found.size === size) return;
	throw new OperationFailed(
		'partition-not-grown',
		`the kernel still takes ${path} to have ${found.size} bytes, not ${size}`,
		{hint: 'Restart the machine; it is grown at the next boot, or by slipway grow.'},
	);
}

/** It takes the key once more, which a TPM2 gives again with nobody there. */
async function growMapping(system: Pick<System, 'run'>, name: string): Promise<void> {
	try {
		await system.run('cryptsetup', ['resize', '--token-only', name]);
	} catch (cause) {
		if (!(cause instanceof CommandFailed)) throw cause;
		throw new OperationFailed(
			'mapping-not-grown',
			`${name} only grows with its key, and no TPM2 gives that`,
			{
				hint: 'Restart the machine: it is unlocked with all of its partition then, and slipway grow does the rest.',
				cause,
			},
		);
	}
}

const programs: Readonly<
	Record<RootFileSystem, (mountPoint: string, device: string) => [string, ...string[]]>
> = {
	ext4: (_mountPoint, device) => ['resize2fs', device],
	btrfs: (mountPoint) => ['btrfs', 'filesystem', 'resize', 'max', mountPoint],
	xfs: (mountPoint) => ['xfs_growfs', mountPoint],
};

/** What a shell says of a program that is not there. */
const notFound = 127;

/**
 * Each program asks the kernel by way of a mount, which it finds by itself or is given, and the kernel refuses one
 * that is read-only. So it is not read-only for them, in a mount namespace that goes with them.
 */
async function growFileSystem(
	system: Pick<System, 'run'>,
	{fileSystem: {type}, mountPoint, mapping, partition}: FoundRoot,
): Promise<void> {
	const [program, ...args] = programs[type](mountPoint, (mapping ?? partition).path);
	const script = 'mount -o remount,bind,rw "$1" && shift && exec "$@"';
	const words = ['--mount', 'sh', '-c', script, 'sh', mountPoint, program, ...args];
	const {status} = await system.run('unshare', words, {okStatuses: [0, notFound]});
	if (status !== notFound) return;
	throw new Lacking('missing-program', `${program} is not installed`, {
		hint: `Install it in the image: ${type} grows by it.`,
	});
}
