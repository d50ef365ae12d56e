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
	/** Told whom this waits for. */
	readonly progress?: ProgressReporter;
	/** Ends the wait. */
	readonly signal?: AbortSignal;
}

/**
 * Takes the lock, when nobody else changes the machine's deployments any more.
 * @throws Refused `machine-busy` when somebody does and it shall not wait
 */
export async function lockMachine(
	system: Pick<System, 'lock'>,
	{name, wait = true, progress = noProgress, signal}: MachineLockOptions,
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
	const unlock = await system.lock(file, {onWait, ...(signal && {signal})});
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
