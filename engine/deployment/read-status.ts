import {existsSync} from 'node:fs';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {bootStateFile, readBootState} from '../boot/boot-state.ts';
import {parseCommandLine} from '../boot/command-line.ts';
import {type MountPoint, parseMountinfo, rootMount} from '../system/mount-points.ts';
import {readText} from '../system/read-text.ts';
import {readBootHistory} from './boot-history.ts';
import {readChanges} from './changes-file.ts';
import type {ContentChanges} from './content-changes.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {containerEnvironmentFile} from './image-reference.ts';
import {keptRecoveryKey, readRootEncryption} from './root-encryption.ts';
import {readGrowthProblem} from './root-growth.ts';
import {readRunningId} from './running-id.ts';
import {knowsSoftReboot, readPreparedSoftReboot} from './soft-reboot-file.ts';
import {listDeployments} from './state-directory.ts';
import {deploymentStates} from './states.ts';
import {describeStatus, type RunningSystem, type StatusDocument} from './status.ts';

/** Where the initramfs leaves the physical root. */
export const physicalRoot = '/sysroot';

const commandLineFile = '/proc/cmdline';

/**
 * The status of the running system. Reads only what everybody may read, so that every user gets the
 * same answer.
 * @param root what stands before all paths; for tests
 * @param set as {@link readDeploymentSet} gives it, for who has read it already
 */
export async function readStatus(root = '/', set?: DeploymentSet): Promise<StatusDocument> {
	return describe(root, set ?? (await readDeploymentSet(root)));
}

async function describe(root: string, set: DeploymentSet): Promise<StatusDocument> {
	const physical = path.join(root, physicalRoot);
	const history = await readBootHistory(physical, set, root);
	const changes = await readKnownChanges(physical, set);
	return describeStatus(set, await readRunningSystem(root, set), {history, changes});
}

async function readKnownChanges(
	physical: string,
	set: DeploymentSet,
): Promise<Map<DeploymentId, ContentChanges>> {
	const {booted, staged, rollback} = deploymentStates(set);
	const known = new Map<DeploymentId, ContentChanges>();
	if (booted?.origin === undefined) return known;
	for (const other of [staged, rollback]) {
		if (other?.origin === undefined) continue;
		const changes = await readChanges(physical, set, booted, other);
		if (changes !== undefined) known.set(other.id, changes);
	}
	return known;
}

/** Of the running system, with the loader entries that root last saw. */
export async function readDeploymentSet(root = '/'): Promise<DeploymentSet> {
	const together = await readTogether(root);
	// A container on a machine of ours sees the machine's command line, but not its deployments.
	const bootedId = await readRunningId(root);
	const isHere = together.deployments.some(({id}) => id === bootedId);
	return {...together, bootedId: isHere ? bootedId : undefined};
}

/** More changes than these do not come while a folder is read. */
const maxReads = 5;

/** State and entries of one moment, while others may change them. */
async function readTogether(
	root: string,
): Promise<Pick<DeploymentSet, 'deployments' | 'entries' | 'starts'>> {
	let before = await readBootState(path.join(root, bootStateFile));
	for (let read = 1; ; read++) {
		const deployments = await listDeployments(path.join(root, physicalRoot));
		const recorded = await readBootState(path.join(root, bootStateFile));
		if (read === maxReads || isDeepStrictEqual(before, recorded))
			return {deployments, entries: recorded?.entries, ...(recorded && {starts: recorded.starts})};
		before = recorded;
	}
}

/** Whether the root file system demands fs-verity of every file it shows. */
export function requiresVerity(mounts: readonly MountPoint[]): boolean {
	return rootMount(mounts)?.options.includes('verity=require') ?? false;
}

async function readRunningSystem(root: string, set: DeploymentSet): Promise<RunningSystem> {
	const mountinfo = await readText(path.join(root, '/proc/self/mountinfo'));
	return {
		verityEnforced: requiresVerity(parseMountinfo(mountinfo ?? '')),
		rootEncryption: await readRootEncryption(physicalRoot, root),
		keepsRecoveryKey: existsSync(path.join(root, keptRecoveryKey)),
		growthProblem: await readGrowthProblem(path.join(root, physicalRoot), root),
		softReboot: {
			isKnown: await knowsSoftReboot(root),
			preparedId: await readPreparedSoftReboot(root),
		},
		notDeployed: set.bootedId === undefined ? await describeOtherSystem(root) : undefined,
	};
}

async function describeOtherSystem(root: string): Promise<string> {
	// Empty in containers without privileges.
	for (const mark of [containerEnvironmentFile, '/.dockerenv'])
		if ((await readText(path.join(root, mark))) !== undefined) return 'a container';
	const booted = parseCommandLine((await readText(path.join(root, commandLineFile))) ?? '');
	return booted === undefined
		? 'another system'
		: `a system started as deployment ${booted.deploymentId}, of which ${physicalRoot} has nothing`;
}
