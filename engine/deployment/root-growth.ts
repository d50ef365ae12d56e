/**
 * Whether the root is still to get all of its disk. A disk image asks for that by a mark on the physical root,
 * which goes when it is done:
 *
 *   state/os/default/first-boot/grow
 *
 * slipway-grow.service does it at each boot until then; why it could not is kept for everybody's status.
 */
import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {EngineError} from '../errors.ts';
import {readStateFile, stateVersion} from '../state-file.ts';
import {replaceFile, syncFolder} from '../system/durable-file.ts';

/** From the physical root. */
export const growthMark = 'state/os/default/first-boot/grow';

export const growthProblemFile = '/run/slipway/growth.json';

export interface GrowthProblem {
	readonly message: string;
	readonly hint: string;
}

const schema = v.object({
	version: v.literal(stateVersion),
	message: v.string(),
	hint: v.string(),
});

const usualHint = 'Look at journalctl --unit slipway-grow.service, and run slipway grow.';

/** Undefined where nobody asks for it. @param root what stands before all paths; for tests */
export async function readGrowthProblem(
	physicalRoot: string,
	root = '/',
): Promise<GrowthProblem | undefined> {
	if (!existsSync(path.join(physicalRoot, growthMark))) return undefined;
	const {content} = await readStateFile(path.join(root, growthProblemFile), schema);
	if (content === undefined) return {message: 'it was not done in this boot', hint: usualHint};
	return {message: content.message, hint: content.hint};
}

/** Keeps for this boot why it failed. */
export async function noteGrowthProblem(error: unknown, root = '/'): Promise<void> {
	const message = error instanceof Error ? error.message : String(error);
	const hint = (error instanceof EngineError ? error.hint : undefined) ?? usualHint;
	const file = path.join(root, growthProblemFile);
	await replaceFile(file, `${JSON.stringify({version: stateVersion, message, hint})}\n`);
}

/** Nobody asks for it any more. @param physicalRoot one that can be written */
export async function endGrowth(physicalRoot: string, root = '/'): Promise<void> {
	const mark = path.join(physicalRoot, growthMark);
	if (existsSync(mark)) {
		await rm(mark);
		await syncFolder(path.dirname(mark));
	}
	await rm(path.join(root, growthProblemFile), {force: true});
}
