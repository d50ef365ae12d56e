/** A TPM 2.0 in software, for one machine. */
import path from 'node:path';
import {readText} from '../../engine/system/read-text.ts';
import type {System} from '../../engine/system/system.ts';

/** Where it listens, in the folder of what it keeps. */
export function tpmSocket(folder: string): string {
	return path.join(folder, 'socket');
}

/** It ends with the machine. @param folder absolute, for it changes its own */
export function tpmArguments(folder: string): string[] {
	return [
		...['socket', '--tpm2', '--tpmstate', `dir=${folder}`],
		...['--ctrl', `type=unixio,path=${tpmSocket(folder)}`],
		...['--pid', `file=${pidFile(folder)}`, '--terminate', '--daemon'],
	];
}

function pidFile(folder: string): string {
	return path.join(folder, 'pid');
}

/** Starts it; it listens when this returns. Disposed of, it ends even where no machine came to be. */
export async function startTpm(
	system: Pick<System, 'run'>,
	program: string,
	folder: string,
): Promise<AsyncDisposable> {
	await system.run(program, tpmArguments(folder));
	return {
		async [Symbol.asyncDispose]() {
			// Its own last act is to remove the file.
			const pid = Number.parseInt((await readText(pidFile(folder))) ?? '', 10);
			if (pid > 0) endProcess(pid);
		},
	};
}

function endProcess(pid: number): void {
	try {
		process.kill(pid, 'SIGTERM');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}
