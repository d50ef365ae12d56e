import {rm} from 'node:fs/promises';
import path from 'node:path';
import type {BootLoader} from '../boot/boot-loader.ts';
import {bootStateFile, recordBootState} from '../boot/boot-state.ts';
import {replaceFile} from '../system/durable-file.ts';
import {describeFailures, readBootHistory} from './boot-history.ts';
import {type BootReason, bootReason} from './boot-reason.ts';
import {bootReasonFile, readBootReason, writeBootReason} from './boot-reason-file.ts';
import type {DeploymentSet, ReadableDeployment} from './deployment.ts';
import {failedDeployments} from './failed-deployments.ts';
import {loginMessage, loginMessageFile} from './login-message.ts';
import {physicalRoot, readDeploymentSet} from './read-status.ts';

export interface RecordBootOptions {
	/** Keeps the images of these from being deployed again. May be called with the same ones again. */
	readonly quarantine?: (failed: readonly ReadableDeployment[]) => Promise<void>;
	/** What stands before all paths; for tests. */
	readonly root?: string;
}

/**
 * Notes for everybody what root alone can see: the loader entries, and at the first call in a boot why
 * this deployment runs, which people are told when they log in after a fallback. Call it as root.
 */
export async function recordBoot(
	bootLoader: Pick<BootLoader, 'list'>,
	{quarantine = async () => {}, root = '/'}: RecordBootOptions = {},
): Promise<void> {
	await recordBootState(bootLoader, path.join(root, bootStateFile));
	const set = await readDeploymentSet(root);
	const history = await readBootHistory(path.join(root, physicalRoot), set, root);
	await recordReason(set, root, () => bootReason(set, describeFailures(history)));
	const failed = failedDeployments(set);
	if (failed.length > 0) await quarantine(failed);
}

async function recordReason(
	{bootedId}: DeploymentSet,
	root: string,
	decide: () => BootReason | undefined,
): Promise<void> {
	const file = path.join(root, bootReasonFile);
	if (bootedId === undefined || (await readBootReason(file)) !== undefined) return;
	const reason = decide();
	const message = loginMessage(bootedId, reason);
	const messageFile = path.join(root, loginMessageFile);
	if (message === undefined) await rm(messageFile, {force: true});
	else await replaceFile(messageFile, message, {mode: 0o644});
	await writeBootReason(reason, file);
}
