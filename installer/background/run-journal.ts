import {appendFileSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {EngineError, exitStatus, firstFailure, Refused} from '../../engine/errors.ts';
import type {ProgressEvent} from '../../engine/progress.ts';
import {stateVersion} from '../../engine/state-file.ts';
import type {System} from '../../engine/system/system.ts';
import {processStart} from './process-start.ts';
import {type RunFiles, type RunState, type StoredEnding, writeRunState} from './run-files.ts';

/** An event and when it was, in ms since the epoch: a line of the journal. */
export type TimedEvent = ProgressEvent & {readonly at: number};

/** How far a step has come is written no more often. */
const shortestPauseMs = 200;

/** What the process that writes tells of itself. */
export class RunJournal implements Disposable {
	readonly #files: RunFiles;
	readonly #state: RunState;
	readonly #unlock: () => void;
	#advancedAt = Number.NEGATIVE_INFINITY;

	private constructor(files: RunFiles, state: RunState, unlock: () => void) {
		this.#files = files;
		this.#state = state;
		this.#unlock = unlock;
	}

	/** @throws Refused `install-running` while another one goes on */
	static async begin(
		system: Pick<System, 'lock'>,
		files: RunFiles,
		disk: string,
	): Promise<RunJournal> {
		mkdirSync(files.folder, {recursive: true, mode: 0o700});
		const unlock = await system.lock(files.lock, {
			onWait: () => {
				throw new Refused('install-running', 'this machine is being installed already', {
					hint: 'Run slipway install without a disk to see it.',
				});
			},
		});
		rmSync(files.recoveryKey, {force: true});
		rmSync(files.events, {force: true});
		writeFileSync(files.events, '', {mode: 0o600});
		const {pid} = process;
		const state = {
			version: stateVersion,
			pid,
			processStart: processStart(pid) ?? '',
			disk,
		} as const;
		await writeRunState(files, state);
		return new RunJournal(files, state, unlock);
	}

	readonly report = (event: ProgressEvent): void => {
		const at = Date.now();
		if (event.type === 'advance') {
			if (at - this.#advancedAt < shortestPauseMs) return;
			this.#advancedAt = at;
		}
		appendFileSync(this.#files.events, `${JSON.stringify({...event, at})}\n`);
	};

	/** @param recoveryKey what opens the disk when all else fails, to be shown once */
	async endInstalled(message: string, recoveryKey: string | undefined): Promise<void> {
		if (recoveryKey !== undefined)
			writeFileSync(this.#files.recoveryKey, recoveryKey, {mode: 0o600, flag: 'wx'});
		await this.#end({kind: 'installed', message});
	}

	async endFailed(error: unknown): Promise<void> {
		await this.#end(endingOf(error));
	}

	async #end(ending: StoredEnding): Promise<void> {
		await writeRunState(this.#files, {...this.#state, ending});
	}

	[Symbol.dispose](): void {
		this.#unlock();
	}
}

function endingOf(thrown: unknown): StoredEnding {
	const error = firstFailure(thrown);
	if (error instanceof EngineError) {
		const {message, hint, exitStatus} = error;
		return {kind: 'failed', message, ...(hint !== undefined && {hint}), exitStatus};
	}
	const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	return {kind: 'failed', message: `internal: ${message}`, exitStatus: exitStatus.failed};
}
