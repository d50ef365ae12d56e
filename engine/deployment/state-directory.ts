/**
 * The state of deployments on the physical root:
 *
 *   state/deploy/ID/origin.json       what it is; readable by everybody, written last
 *   state/deploy/ID/etc/{upper,work}  local changes to /etc
 */
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {DamagedInput} from '../errors.ts';
import {makeFolders, replaceFile, syncFolder} from '../system/durable-file.ts';
import {namesIn} from '../system/read-folder.ts';
import type {Deployment, ReadableDeployment} from './deployment.ts';
import {type DeploymentId, isDeploymentId} from './id.ts';
import {formatOrigin, parseOrigin} from './origin.ts';

/** From the physical root. */
export const deploymentsFolder = 'state/deploy';

/** All deployments, those that cannot be read too, in the order of their IDs. */
export async function listDeployments(physicalRoot: string): Promise<Deployment[]> {
	const ids = (await namesIn(path.join(physicalRoot, deploymentsFolder))).filter(isDeploymentId);
	return Promise.all(ids.map((id) => readDeployment(physicalRoot, id)));
}

/** Makes a deployment's state, or replaces its origin; complete once its origin is there. */
export async function writeOrigin(
	physicalRoot: string,
	{id, origin}: ReadableDeployment,
): Promise<void> {
	const folder = deploymentFolder(physicalRoot, id);
	await makeFolders(path.join(folder, 'etc', 'upper'));
	await makeFolders(path.join(folder, 'etc', 'work'));
	await replaceFile(path.join(folder, 'origin.json'), formatOrigin(origin), {mode: 0o644});
}

/** The origin goes first, so that one deleted halfway is seen to be. */
export async function removeDeployment(physicalRoot: string, id: DeploymentId): Promise<void> {
	const folder = deploymentFolder(physicalRoot, id);
	await rm(path.join(folder, 'origin.json'), {force: true});
	if ((await namesIn(path.dirname(folder))).includes(id)) await syncFolder(folder);
	await rm(folder, {recursive: true, force: true});
}

export function deploymentFolder(physicalRoot: string, id: DeploymentId): string {
	return path.join(physicalRoot, deploymentsFolder, id);
}

async function readDeployment(physicalRoot: string, id: DeploymentId): Promise<Deployment> {
	const file = path.join(deploymentFolder(physicalRoot, id), 'origin.json');
	try {
		return {id, origin: parseOrigin(await readFile(file, 'utf8'), file)};
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (!isMissing && !(error instanceof DamagedInput)) throw error;
		const problem = isMissing ? `${file} is missing` : (error as DamagedInput).message;
		return {id, origin: undefined, problem, unfinished: isMissing};
	}
}
