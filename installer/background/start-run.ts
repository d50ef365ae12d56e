import {mkdirSync, rmSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {setTimeout} from 'node:timers/promises';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {readText} from '../../engine/system/read-text.ts';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../answers/answers.ts';
import {encodeAnswers} from '../answers/wire.ts';
import {isRunning} from './follow-run.ts';
import {type RunFiles, type RunState, readRunState} from './run-files.ts';

/** What to run for `slipway install-background`. */
export interface OwnProgram {
	readonly command: string;
	readonly args: readonly string[];
}

const pauseMs = 50;
const shownLines = 8;

/**
 * Starts the process that installs; it reads the answers from standard input. Resolves when it has
 * said which one it is.
 * @throws Refused `install-running` while another one goes on
 * @throws OperationFailed `install-not-started` with what it printed
 */
export async function startRun(
	system: Pick<System, 'startDetached'>,
	files: RunFiles,
	program: OwnProgram,
	answers: Answers,
): Promise<RunState> {
	const before = await readRunState(files);
	if (before !== undefined && before.ending === undefined && isRunning(before))
		throw new Refused('install-running', `${before.disk} is being installed already`, {
			hint: 'Run slipway install without a disk to see it.',
		});
	mkdirSync(files.folder, {recursive: true, mode: 0o700});
	rmSync(files.state, {force: true});
	const {pid, ended} = await system.startDetached(program.command, program.args, {
		input: encodeAnswers(answers),
		log: files.log,
	});
	let hasEnded = false;
	const watched = ended.finally(() => {
		hasEnded = true;
	});
	for (;;) {
		// Asked before the state is: one that has ended has written all that it will.
		const isOver = hasEnded;
		const state = await readRunState(files);
		if (state?.pid === pid) return state;
		if (isOver) throw await notStarted(files);
		await Promise.race([watched, setTimeout(pauseMs)]);
	}
}

async function notStarted({log}: RunFiles): Promise<OperationFailed> {
	const printed = ((await readText(log)) ?? '').trimEnd().split('\n').slice(-shownLines);
	return new OperationFailed(
		'install-not-started',
		`the installation did not start: ${printed.join('; ')}`,
	);
}

/** When a person has seen how it ended: the next one who looks is asked the questions again. */
export async function forgetRun(files: RunFiles): Promise<void> {
	for (const file of [files.recoveryKey, files.state]) await rm(file, {force: true});
}

/** Asks it to stop; it then says how it ended. */
export function stopRun(state: RunState): void {
	if (isRunning(state)) process.kill(state.pid, 'SIGTERM');
}
