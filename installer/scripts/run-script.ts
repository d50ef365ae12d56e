import {appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {CommandFailed} from '../../engine/system/commands.ts';
import {anyStatus, limitedCommand, wasLimited} from '../../engine/system/limited-command.ts';
import type {System} from '../../engine/system/system.ts';
import type {Script} from '../answers/answers.ts';
import {scratchFolder} from '../scratch.ts';
import {ScriptOutput} from './script-output.ts';

export interface ScriptRun {
	readonly script: Script;
	readonly environment: Readonly<Record<string, string>>;
	/** The new system's root, for a script that runs in it. */
	readonly root: string | undefined;
	readonly signal: AbortSignal | undefined;
	readonly tell: (line: string) => void;
}

/** How a script ended, for the middle of a sentence; undefined when it went well. */
export type ScriptFailure = string | undefined;

const graceSec = 20;

type Calls = Pick<System, 'run' | 'now'>;

/**
 * Runs a script to its end, or to that of its time. Its text goes through a file that only root may read:
 * others can see command lines.
 * @throws what the signal was aborted with; OperationFailed when its log cannot be written
 */
export async function runScript(system: Calls, run: ScriptRun): Promise<ScriptFailure> {
	const {script, root, environment, signal} = run;
	const output = new ScriptOutput(run.tell);
	using file = writeScript(script.text, root);
	const command = [...enter(root), script.interpreter, file.path];
	const limit = script.timeoutSeconds;
	// What left its process group is beyond that limit, and may hold the output open.
	const deadline = AbortSignal.timeout((limit + graceSec) * 1000);
	const start = system.now().getTime();
	const status = await system
		.run(...limitedCommand(limit, command), {
			env: environment,
			okStatuses: anyStatus,
			onLine: output.add,
			signal: AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]),
		})
		.then(
			(result) => result.status,
			(error: unknown) => {
				if (error !== deadline.reason) throw error;
			},
		);
	const seconds = (system.now().getTime() - start) / 1000;
	const logFailure = await writeLog(system, script.log, root, output.log);
	if (status === undefined || wasLimited(status, seconds, limit))
		return `was ended after ${limit} s`;
	if (status === 0) return logFailure;
	return `ended with status ${status}${output.last && `: ${output.last}`}`;
}

/** The folder is private, and in /run of the new system, which is not on its disk. */
function writeScript(text: string, root = ''): Disposable & {readonly path: string} {
	const parent = root === '' ? scratchFolder() : path.join(root, 'run');
	const folder = mkdtempSync(path.join(parent, 'slipway-script-'));
	const file = path.join(folder, 'script');
	writeFileSync(file, text, {mode: 0o700});
	return {
		path: file.slice(root.length),
		[Symbol.dispose]: () => rmSync(folder, {recursive: true, force: true}),
	};
}

const enter = (root: string | undefined): string[] => (root === undefined ? [] : ['chroot', root]);

/** In the new system, where a link on the way leads is for that system to say. */
const appendInside = 'umask 077; mkdir -p -m 755 "$(dirname "$1")" && cat >> "$1"';

async function writeLog(
	system: Pick<System, 'run'>,
	log: string | undefined,
	root: string | undefined,
	text: string,
): Promise<ScriptFailure> {
	if (log === undefined) return undefined;
	try {
		if (root === undefined) {
			mkdirSync(path.dirname(log), {recursive: true});
			appendFileSync(log, text, {mode: 0o600});
		} else {
			const command = ['/bin/sh', '-c', appendInside, 'sh', log];
			await system.run('chroot', [root, ...command], {input: text});
		}
		return undefined;
	} catch (error) {
		if (!(error instanceof CommandFailed || (error instanceof Error && 'errno' in error)))
			throw error;
		return `has no log: ${error.message}`;
	}
}
