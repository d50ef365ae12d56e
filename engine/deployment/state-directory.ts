/**
 * The state of deployments on the physical root:
 *
 *   state/deploy/ID/origin.json       what it is; readable by everybody, written last
 *   state/deploy/ID/changes.json      what its image changed (see changes-file.ts)
 *   state/deploy/ID/etc/{upper,work}  local changes to /etc
 *   state/deploy/ID/etc/from          ID of the deployment whose local changes it takes over; the
 *                                     initramfs does so at its first boot, and removes this last
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
	{id, origin, etcDueFrom}: ReadableDeployment,
): Promise<void> {
	const folder = deploymentFolder(physicalRoot, id);
	await makeFolders(etcLayer(physicalRoot, id));
	await makeFolders(path.join(folder, 'etc', 'work'));
	if (etcDueFrom !== undefined) await replaceFile(etcFromFile(physicalRoot, id), `${etcDueFrom}\n`);
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

/** Folder with a deployment's local changes to /etc: the upper layer of an overlay. */
export function etcLayer(physicalRoot: string, id: DeploymentId): string {
	return path.join(deploymentFolder(physicalRoot, id), 'etc', 'upper');
}

function etcFromFile(physicalRoot: string, id: DeploymentId): string {
	return path.join(deploymentFolder(physicalRoot, id), 'etc', 'from');
}

async function readDeployment(physicalRoot: string, id: DeploymentId): Promise<Deployment> {
	const file = path.join(deploymentFolder(physicalRoot, id), 'origin.json');
	const etcDueFrom = (await readIfThere(etcFromFile(physicalRoot, id)))?.trim();
	const known = etcDueFrom === undefined ? {id} : {id, etcDueFrom};
	const unreadable = (problem: string, unfinished: boolean): Deployment => ({
		...known,
		origin: undefined,
		problem,
		unfinished,
	});
	try {
		const text = await readIfThere(file);
		if (text === undefined) return unreadable(`${file} is missing`, true);
		return {...known, origin: parseOrigin(text, file)};
	} catch (error) {
		if (!(error instanceof DamagedInput)) throw error;
		return unreadable(error.message, false);
	}
}

async function readIfThere(file: string): Promise<string | undefined> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}
