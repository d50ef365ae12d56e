/**
 * What an image changed when it was staged: `state/deploy/ID/changes.json` on the physical root, readable by
 * everybody. Kept because status may read no images and has to be fast: comparing the packages of two
 * takes longer than all the rest of it. Losing one loses no more than an answer.
 */
import path from 'node:path';
import * as v from 'valibot';
import {readStateFile, stateVersion, writeStateFile} from '../state-file.ts';
import {type ContentChanges, reverseChanges} from './content-changes.ts';
import type {DeploymentSet, ReadableDeployment} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {deploymentFolder} from './state-directory.ts';

const text = v.string();
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const packages = v.array(v.object({name: text, version: text}));
const versionChanges = v.array(v.object({name: text, from: text, to: text}));

const schema = v.object({
	version: v.literal(stateVersion),
	/** fs-verity digest of the image that it was compared with. */
	fromImage: text,
	size: v.object({from: bytes, to: bytes}),
	packages: v.nullable(
		v.object({
			added: packages,
			removed: packages,
			upgraded: versionChanges,
			downgraded: versionChanges,
		}),
	),
});

/** Durable when it returns; the deployment itself need not be there yet. */
export async function writeChanges(
	physicalRoot: string,
	id: DeploymentId,
	fromImage: string,
	changes: ContentChanges,
): Promise<void> {
	const document = {version: stateVersion, fromImage, ...changes};
	await writeStateFile(changesFile(physicalRoot, id), document);
}

/**
 * What changes from the image of one deployment to that of another, when either was staged while the
 * image of the other ran; undefined when that is not known.
 */
export async function readChanges(
	physicalRoot: string,
	{deployments}: Pick<DeploymentSet, 'deployments'>,
	from: ReadableDeployment,
	to: ReadableDeployment,
): Promise<ContentChanges | undefined> {
	const find = async (before: string, after: string): Promise<ContentChanges | undefined> => {
		for (const {id, origin} of deployments) {
			if (origin?.imageVerity.digest !== after) continue;
			const found = await readFrom(changesFile(physicalRoot, id), before);
			if (found !== undefined) return found;
		}
		return undefined;
	};
	const before = from.origin.imageVerity.digest;
	const after = to.origin.imageVerity.digest;
	const forth = await find(before, after);
	if (forth !== undefined) return forth;
	const back = await find(after, before);
	return back && reverseChanges(back);
}

function changesFile(physicalRoot: string, id: DeploymentId): string {
	return path.join(deploymentFolder(physicalRoot, id), 'changes.json');
}

async function readFrom(file: string, wanted: string): Promise<ContentChanges | undefined> {
	const {content} = await readStateFile(file, schema);
	if (content?.fromImage !== wanted) return undefined;
	const {size, packages} = content;
	return {size, packages};
}
