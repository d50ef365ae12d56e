/**
 * Small documents that slipway keeps on the physical root, in `state`: JSON with a version, readable by
 * everybody, replaced as a whole. Losing one loses no machine, so what cannot be read is as good as not
 * there, and a problem to tell.
 */
import * as v from 'valibot';
import {replaceFile} from './system/durable-file.ts';
import {readText} from './system/read-text.ts';

/** The version of documents that this slipway writes and reads. */
export const stateVersion = 1;

export interface StateRead<Content> {
	/** Undefined when there is none, or none that can be read. */
	readonly content: Content | undefined;
	/** Why it cannot be read; undefined when it can, and when there is none. */
	readonly problem: string | undefined;
}

export async function readStateFile<const Schema extends v.GenericSchema>(
	file: string,
	schema: Schema,
): Promise<StateRead<v.InferOutput<Schema>>> {
	const text = await readText(file);
	if (text === undefined) return {content: undefined, problem: undefined};
	const unreadable = (problem: string) => ({content: undefined, problem: `${file} ${problem}`});
	const json = parseJson(text);
	if (json === undefined) return unreadable('is not JSON');
	const result = v.safeParse(schema, json, {abortEarly: true});
	if (result.success) return {content: result.output, problem: undefined};
	const version = v.safeParse(v.object({version: v.number()}), json);
	if (version.success && version.output.version > stateVersion)
		return unreadable(`has version ${version.output.version}, this slipway knows ${stateVersion}`);
	const [issue] = result.issues;
	return unreadable(`is damaged: ${v.getDotPath(issue) ?? 'it'} is ${issue.received.slice(0, 80)}`);
}

/** Durable when it returns, see {@link replaceFile}. */
export async function writeStateFile(file: string, content: object): Promise<void> {
	await replaceFile(file, `${JSON.stringify(content, undefined, '\t')}\n`, {mode: 0o644});
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
