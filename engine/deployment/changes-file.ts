/**
 * What an image changed when it was staged: `state/deploy/ID/changes.json` on the physical root, readable by
 * everybody. Kept because status may read no images and has to be fast: comparing the packages of two
 * takes longer than all the rest of it. Losing one loses no more than an answer.
 */
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {replaceFile} from '../system/durable-file.ts';
import {type ContentChanges, reverseChanges} from './content-changes.ts';
import type {DeploymentSet, ReadableDeployment} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {deploymentFolder} from './state-directory.ts';

const text = v.string();
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const packages = v.array(v.object({name: text, version: text}));
const versionChanges = v.array(v.object({name: text, from: text, to: text}));

const schema = v.object({
	version: v.literal(1),
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
	const document = `${JSON.stringify({version: 1, fromImage, ...changes}, undefined, '\t')}\n`;
	await replaceFile(changesFile(physicalRoot, id), document, {mode: 0o644});
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

/** One that is damaged, or of another version, says nothing. */
async function readFrom(file: string, wanted: string): Promise<ContentChanges | undefined> {
	try {
		const result = v.safeParse(schema, JSON.parse(await readFile(file, 'utf8')));
		if (!result.success || result.output.fromImage !== wanted) return undefined;
		const {size, packages} = result.output;
		return {size, packages};
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (isMissing || error instanceof SyntaxError) return undefined;
		throw error;
	}
}
