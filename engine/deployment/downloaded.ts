import {rm} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {readStateFile, stateVersion, writeStateFile} from '../state-file.ts';
import {timeSchema} from './origin.ts';

const schema = v.object({
	version: v.literal(stateVersion),
	/** Diff IDs of the image's layers. */
	layers: v.array(v.string()),
	/** When it was brought. */
	time: timeSchema,
});

const place = path.join('state', 'downloaded.json');

/** For so long an image stays that was brought and never staged. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Notes that these layers are those of an image that was brought to be staged later, in place of any other
 * such image. Durable when it returns.
 */
export async function rememberDownload(
	physicalRoot: string,
	layers: readonly string[],
	now: Date,
): Promise<void> {
	const content = {version: stateVersion, layers, time: now.toISOString()};
	await writeStateFile(path.join(physicalRoot, place), content);
}

/** Once it is staged, or another image is in its place. */
export async function forgetDownload(physicalRoot: string): Promise<void> {
	await rm(path.join(physicalRoot, place), {force: true});
}

/**
 * Diff IDs of the layers of the image that was brought and not staged yet; none when that is long ago, or
 * would be by a clock that was wrong then. The image itself is made of them again.
 */
export async function layersOfDownload(physicalRoot: string, now: Date): Promise<string[]> {
	const {content} = await readStateFile(path.join(physicalRoot, place), schema);
	if (content === undefined) return [];
	const age = now.getTime() - Date.parse(content.time);
	return Math.abs(age) <= keptMs ? content.layers : [];
}
