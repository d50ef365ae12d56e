import {open, readFile} from 'node:fs/promises';
import {exitStatus} from '../../engine/errors.ts';
import {pause} from './pause.ts';
import {processStart} from './process-start.ts';
import {type RunFiles, type RunState, readRunState, type StoredEnding} from './run-files.ts';
import type {TimedEvent} from './run-journal.ts';

export type RunNews =
	| {readonly kind: 'event'; readonly event: TimedEvent}
	| {
			readonly kind: 'ended';
			readonly ending: StoredEnding;
			/** To be shown; it goes with the run, when that is forgotten. */
			readonly recoveryKey: string | undefined;
	  };

const pauseMs = 250;

/** All that an installation told from its beginning on, and at last how it ended. */
export async function* followRun(
	files: RunFiles,
	signal: AbortSignal,
	isAlive: (state: RunState) => boolean = isRunning,
): AsyncGenerator<RunNews> {
	let offset = 0;
	while (!signal.aborted) {
		// In this order: what is written before the end is read before it is told.
		const ending = await readEnding(files, isAlive);
		const {events, length} = await readEvents(files, offset);
		offset += length;
		for (const event of events) yield {kind: 'event', event};
		if (ending !== undefined) {
			yield {kind: 'ended', ending, recoveryKey: await readRecoveryKey(files)};
			return;
		}
		await pause(pauseMs, signal);
	}
}

/** Whether the process of a state is there, and not another one with its number. */
export function isRunning({pid, processStart: start}: RunState): boolean {
	return processStart(pid) === start;
}

async function readEnding(
	files: RunFiles,
	isAlive: (state: RunState) => boolean,
): Promise<StoredEnding | undefined> {
	const before = await readRunState(files);
	if (before === undefined || before.ending !== undefined) return before?.ending;
	if (isAlive(before)) return undefined;
	// It may have said so in between.
	const after = await readRunState(files);
	return (
		after?.ending ?? {
			kind: 'failed',
			message: `the installation on ${before.disk} ended without a word`,
			hint: 'The disk is not a finished installation; try again.',
			exitStatus: exitStatus.failed,
		}
	);
}

/** Whole lines from a place on; a line that is being written waits for the next time. */
async function readEvents(
	{events: file}: RunFiles,
	offset: number,
): Promise<{readonly events: TimedEvent[]; readonly length: number}> {
	await using handle = await open(file, 'r');
	const {size} = await handle.stat();
	if (size <= offset) return {events: [], length: 0};
	const bytes = Buffer.alloc(size - offset);
	const {bytesRead} = await handle.read(bytes, 0, bytes.length, offset);
	const length = bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1;
	const lines = bytes.toString('utf8', 0, length).split('\n').slice(0, -1);
	return {events: lines.map((line) => JSON.parse(line) as TimedEvent), length};
}

async function readRecoveryKey({recoveryKey}: RunFiles): Promise<string | undefined> {
	try {
		return await readFile(recoveryKey, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}
