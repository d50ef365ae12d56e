import {rmSync, writeFileSync} from 'node:fs';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../../installer/answers/answers.ts';
import {awaitSeen} from '../../installer/background/await-seen.ts';
import {runFiles} from '../../installer/background/run-files.ts';
import {formatConfig, writtenConfig} from '../../installer/config/native.ts';
import type {HardwareCheck} from '../../installer/machine/hardware.ts';
import {readSurroundings} from '../../installer/machine/surroundings.ts';
import {ownProgram} from '../cli/own-program.ts';
import {hostPort} from './host-port.ts';
import type {DiskFacts, SavedAnswers} from './port.ts';
import {reusableAnswers} from './reusable-answers.ts';
import {runUi} from './run-ui.ts';
import type {UiMode} from './terminal/levels.ts';

/**
 * Asks a person on the terminal of this process, and installs. What is being written when the terminal
 * is lost is written to its end; in a container this then waits until somebody has seen that.
 * @param known what the person should know before the questions, and what they begin with
 * @returns the exit status
 */
export async function installOnTerminal(
	system: System,
	mode: UiMode,
	signal: AbortSignal,
	known: {readonly note?: HardwareCheck; readonly found?: Answers} = {},
): Promise<number> {
	const hangUp = new AbortController();
	const onHangUp = (): void => hangUp.abort();
	process.on('SIGHUP', onHangUp);
	const port = hostPort({
		system,
		background: ownProgram(['install-background']),
		saveAnswers,
		...known,
	});
	try {
		const status = await runUi(port, mode, AbortSignal.any([signal, hangUp.signal]));
		// A container ends with its first process, and what was to be shown at the end with it.
		if (readSurroundings().kind === 'container') await awaitSeen(runFiles(), signal);
		signal.throwIfAborted();
		return status;
	} finally {
		process.off('SIGHUP', onHangUp);
	}
}

const savedAnswersFile = '/tmp/slipway-install.toml';

/** For who shall do the same again and not be asked; only root may read it, since hashes are in it. */
async function saveAnswers(given: Answers, disk: DiskFacts | undefined): Promise<SavedAnswers> {
	const {answers, leftOut} = reusableAnswers(given, disk);
	rmSync(savedAnswersFile, {force: true});
	writeFileSync(savedAnswersFile, formatConfig(answers), {mode: 0o600, flag: 'wx'});
	return {path: savedAnswersFile, leftOut: [...leftOut, ...writtenConfig(answers).leftOut]};
}
