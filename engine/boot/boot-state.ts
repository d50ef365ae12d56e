import {readFile} from 'node:fs/promises';
import * as v from 'valibot';
import {replaceFile} from '../system/durable-file.ts';
import type {BootEntry, BootLoader, BootStart} from './boot-loader.ts';

/**
 * What root last saw on the boot partition, for everybody: firmware's file system knows no owners, so
 * it is mounted for root alone, and status must be the same for all.
 */
export const bootStateFile = '/run/slipway/boot.json';

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema = v.object({
	version: v.literal(1),
	entries: v.array(
		v.object({
			deploymentId: v.string(),
			title: v.string(),
			sequence: counter,
			tries: v.optional(v.object({left: counter, done: counter})),
		}),
	),
	foreign: v.array(v.string()),
	damaged: v.array(v.object({file: v.string(), problem: v.string()})),
	starts: v.optional(
		v.array(v.object({deploymentId: v.string(), kernel: v.string(), commandLine: v.string()})),
	),
});

export type BootState = v.InferOutput<typeof schema>;

/** Call it as root at boot and after every change of entries. */
export async function recordBootState(
	bootLoader: Pick<BootLoader, 'list'>,
	file = bootStateFile,
): Promise<void> {
	const state = {version: 1, ...(await bootLoader.list())};
	await replaceFile(file, `${JSON.stringify(state)}\n`, {mode: 0o644});
}

/** What root recorded of slipway's entries. */
export interface RecordedEntries {
	/** In boot order. */
	readonly entries: readonly BootEntry[];
	readonly starts: readonly BootStart[];
}

/** Undefined when root has not recorded it, or a slipway of another version did. */
export async function readBootState(file = bootStateFile): Promise<RecordedEntries | undefined> {
	try {
		const state = v.safeParse(schema, JSON.parse(await readFile(file, 'utf8')));
		if (!state.success) return undefined;
		const {entries, starts = []} = state.output;
		return {entries: entries.map(toEntry), starts};
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (isMissing || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

function toEntry({tries, ...entry}: BootState['entries'][number]): BootEntry {
	return {...entry, tries};
}
