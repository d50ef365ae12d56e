import {mkdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Refused} from '../errors.ts';
import {noProgress, type ProgressReporter} from '../progress.ts';
import type {System} from '../system/system.ts';

/** Held by whoever changes the deployments of the running machine, and says who that is. */
export const machineLockFile = '/run/slipway/lock';

export interface MachineLockOptions {
	/** What this is, for those who wait for it: `slipway rollback`. */
	readonly name: string;
	/** Otherwise a machine that somebody else is changing is refused. Waits when left out. */
	readonly wait?: boolean;
	/** How long it waits; without end when left out. */
	readonly limitSec?: number;
	/** Told whom this waits for. */
	readonly progress?: ProgressReporter;
	/** Ends the wait. */
	readonly signal?: AbortSignal;
}

/** For what is to be noted while the machine starts: an update holds the lock as long as it downloads. */
export const bootLimitSec = 60;

/**
 * Takes the lock, when nobody else changes the machine's deployments any more.
 * @throws Refused `machine-busy` when somebody does and it shall not wait, or not that long
 */
export async function lockMachine(
	system: Pick<System, 'lock'>,
	{name, wait = true, limitSec, progress = noProgress, signal}: MachineLockOptions,
	file: string = machineLockFile,
): Promise<Disposable> {
	mkdirSync(path.dirname(file), {recursive: true});
	const step = 'wait';
	let hasWaited = false;
	const onWait = (): void => {
		const holder = readHolder(file);
		if (!wait)
			throw new Refused('machine-busy', `${holder} is changing this machine`, {
				hint: 'Run it again when that has ended, or without --no-wait.',
			});
		progress({type: 'step', step, title: `Waiting for ${holder}`});
		hasWaited = true;
	};
	const limit = limitSec === undefined ? undefined : AbortSignal.timeout(limitSec * 1000);
	const ends = [signal, limit].filter((one) => one !== undefined);
	const unlock = await system
		.lock(file, {onWait, signal: AbortSignal.any(ends)})
		.catch((cause: unknown) => {
			if (!limit?.aborted || signal?.aborted) throw cause;
			throw new Refused(
				'machine-busy',
				`${readHolder(file)} is changing this machine, and did not end within ${limitSec} seconds`,
				{hint: 'Run it again when that has ended.', cause},
			);
		});
	if (hasWaited) progress({type: 'done', step});
	writeFileSync(file, `${process.pid} ${name}\n`);
	return {
		[Symbol.dispose]: () => {
			try {
				truncateSync(file);
			} finally {
				unlock();
			}
		},
	};
}

/** Nobody in particular for the moment between taking the lock and saying so. */
function readHolder(file: string): string {
	const [, pid, name] = /^(\d+) (.+)\n$/.exec(readFileSync(file, 'utf8')) ?? [];
	return name === undefined ? 'another process' : `${name} (process ${pid})`;
}
