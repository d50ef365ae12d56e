import {readdirSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {OperationFailed} from '../../engine/errors.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';

const pauseMs = 50;
const longestWaitMs = 5000;

/**
 * Unmounts what a program may use for a moment longer.
 * @throws OperationFailed `target-busy` when something stays: what it writes later would be lost, or worse
 */
export async function unmountWhenIdle(
	system: Pick<System, 'unmount'>,
	place: string,
): Promise<void> {
	for (let waited = 0; ; waited += pauseMs) {
		try {
			system.unmount(place);
			return;
		} catch (error) {
			if (!(error instanceof KernelCallFailed) || error.errno !== 'EBUSY') throw error;
			if (waited >= longestWaitMs) {
				system.unmount(place, true);
				throw busy(error);
			}
			await setTimeout(pauseMs);
		}
	}
}

function busy(cause: KernelCallFailed): OperationFailed {
	return new OperationFailed(
		'target-busy',
		'a script left something running that uses the new system',
		{hint: 'Have the script wait for what it starts, or end it.', cause},
	);
}

/** Ends the processes whose root is a folder: daemons that a script in it started and left. */
export function endProcessesIn(root: string, proc = '/proc'): void {
	for (const name of readdirSync(proc)) {
		if (!/^\d+$/.test(name) || rootOf(path.join(proc, name)) !== root) continue;
		try {
			process.kill(Number(name), 'SIGKILL');
		} catch (error) {
			// It has ended meanwhile.
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
	}
}

/** Undefined when the process is gone. */
function rootOf(folder: string): string | undefined {
	try {
		return readlinkSync(path.join(folder, 'root'));
	} catch {
		return undefined;
	}
}
