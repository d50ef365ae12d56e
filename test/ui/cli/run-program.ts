import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';

const main = path.join(import.meta.dirname, '../../../ui/cli/main.ts');

export interface Ending {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs the program from its sources to its end. */
export function slipway(words: readonly string[], env: NodeJS.ProcessEnv = {}): Ending {
	const {status, stdout, stderr} = spawnSync(process.execPath, [main, ...words], {
		encoding: 'utf8',
		env: {...process.env, SLIPWAY_DEBUG: '', ...env},
	});
	return {status, stdout, stderr};
}

/** Starts a module as the program would be started; gives its process. */
export function startModule(file: string, words: readonly string[] = []) {
	const child = spawn(process.execPath, [file, ...words], {stdio: ['ignore', 'pipe', 'pipe']});
	return {child, exited: once(child, 'exit') as Promise<[number | null, string | null]>};
}
