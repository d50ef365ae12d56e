/**
 * An installation that goes on without its screens, as others see it. All of it is for root alone, and
 * holds no secrets but the one that is there to be shown.
 *
 *   /run/slipway/install/lock            held while one goes on
 *                        state.json      which process, which disk, and how it ended
 *                        events.jsonl    progress events with their times, from the beginning
 *                        log             what the process printed
 *                        recovery-key    until somebody has seen it
 */
import path from 'node:path';
import * as v from 'valibot';
import {readStateFile, stateVersion} from '../../engine/state-file.ts';
import {replaceFile} from '../../engine/system/durable-file.ts';

export const runFolder = '/run/slipway/install';

export interface RunFiles {
	readonly folder: string;
	readonly lock: string;
	readonly state: string;
	readonly events: string;
	readonly log: string;
	readonly recoveryKey: string;
}

export function runFiles(folder: string = runFolder): RunFiles {
	const inFolder = (name: string) => path.join(folder, name);
	return {
		folder,
		lock: inFolder('lock'),
		state: inFolder('state.json'),
		events: inFolder('events.jsonl'),
		log: inFolder('log'),
		recoveryKey: inFolder('recovery-key'),
	};
}

const ending = v.variant('kind', [
	v.object({kind: v.literal('installed'), message: v.string()}),
	v.object({
		kind: v.literal('failed'),
		message: v.string(),
		hint: v.optional(v.string()),
		exitStatus: v.number(),
	}),
]);

const runState = v.object({
	version: v.literal(stateVersion),
	pid: v.number(),
	/** In the kernel's ticks: with the number it names one process for ever. */
	processStart: v.string(),
	/** For people. */
	disk: v.string(),
	/** Absent while it goes on. */
	ending: v.optional(ending),
});

export type RunState = v.InferOutput<typeof runState>;
export type StoredEnding = v.InferOutput<typeof ending>;

/** Undefined when none was begun since the machine started, or nobody can tell. */
export async function readRunState({state}: RunFiles): Promise<RunState | undefined> {
	return (await readStateFile(state, runState)).content;
}

export async function writeRunState({state}: RunFiles, content: RunState): Promise<void> {
	await replaceFile(state, `${JSON.stringify(content, undefined, '\t')}\n`, {mode: 0o600});
}
