import {existsSync} from 'node:fs';
import path from 'node:path';
import type {ProgressReporter} from '../progress.ts';
import {openStore} from '../store/store.ts';
import type {StoreReport} from '../store/verify.ts';
import {readMounts} from '../system/mount-points.ts';
import type {System} from '../system/system.ts';
import type {DeploymentSet, UnreadableDeployment} from './deployment.ts';
import {deploymentsByImage} from './images-in-use.ts';
import {notDeployed} from './not-deployed.ts';
import {physicalRoot, readDeploymentSet, requiresVerity} from './read-status.ts';
import {listDeployments} from './state-directory.ts';

export interface MachineReport extends StoreReport {
	/** Which images they need is not known, so nothing of theirs is missed. */
	readonly unreadableDeployments: readonly Pick<UnreadableDeployment, 'id' | 'problem'>[];
}

/**
 * Reads all that a machine keeps and compares it with what it should be. Changes nothing.
 * @param root physical root of this machine, or of a disk of another one
 */
export async function verifyMachine(
	system: System,
	root: string,
	progress: ProgressReporter,
): Promise<MachineReport> {
	const isOwn = path.resolve(root) === physicalRoot;
	if (isOwn && !existsSync(path.join(root, 'composefs'))) throw notDeployed();
	const store = openStore(system, path.join(root, 'composefs'));
	const set: DeploymentSet = isOwn
		? await readDeploymentSet()
		: {deployments: await listDeployments(root), entries: undefined, bootedId: undefined};
	const report = await store.verify({
		deployments: deploymentsByImage(set.deployments),
		verityRequired: isOwn && requiresVerity(readMounts()),
		progress,
	});
	return {...report, unreadableDeployments: unreadableDeployments(set)};
}

/** Without what is known to be no more than a leftover of a crash, which collection removes. */
export function unreadableDeployments(set: DeploymentSet): MachineReport['unreadableDeployments'] {
	const isInUse = (id: string): boolean =>
		id === set.bootedId || (set.entries?.some((entry) => entry.deploymentId === id) ?? true);
	return set.deployments.flatMap((one) =>
		one.origin === undefined && (!one.unfinished || isInUse(one.id))
			? [{id: one.id, problem: one.problem}]
			: [],
	);
}
