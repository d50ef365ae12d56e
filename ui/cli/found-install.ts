/** What a live system does on each of its consoles: it installs by a configuration that it finds, or asks. */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {EngineError, exitStatus} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../../installer/answers/answers.ts';
import {readRunState, runFiles, runFolder} from '../../installer/background/run-files.ts';
import {startRun} from '../../installer/background/start-run.ts';
import type {FoundDecision} from '../../installer/found/decide-found.ts';
import {type ConfigSearch, findConfig} from '../../installer/found/find-config.ts';
import {decideAndPrepare} from '../../installer/found/prepare-found.ts';
import {
	lockConsoles,
	noteUnattendedRun,
	readUnattendedRun,
	type UnattendedRun,
} from '../../installer/found/unattended-run.ts';
import type {HardwareCheck} from '../../installer/machine/hardware.ts';
import type {CommandContext} from './command.ts';
import {followUnattended} from './follow-unattended.ts';
import {ownProgram} from './own-program.ts';
import {startProgress} from './progress/start.ts';

/** @returns the exit status */
export async function installFound(context: CommandContext): Promise<number> {
	const system = await context.system();
	const begun = await begin(context, system);
	if (begun.run !== undefined) {
		const next = await followUnattended(context, begun.run);
		if (next !== 'wait') return exitStatus.ok;
	}
	const {installOnTerminal} = await import('../tui/install-on-terminal.ts');
	return await installOnTerminal(system, 'auto', context.signal, begun);
}

/** Either there is a run to be shown, or a person is asked. */
interface Beginning {
	readonly run?: UnattendedRun;
	/** What the person should know. */
	readonly note?: HardwareCheck;
	/** What the questions begin with. */
	readonly found?: Answers;
}

async function begin(context: CommandContext, system: System): Promise<Beginning> {
	const {signal} = context;
	using _consoles = await lockConsoles(system, signal);
	const before = await readUnattendedRun();
	if (before !== undefined) {
		const state = await readRunState(runFiles());
		return state !== undefined && state.ending === undefined ? {run: before} : {};
	}
	using progress = startProgress(plainly, {write: (text) => process.stderr.write(text)});
	const {report} = progress;
	const search = await findConfig({
		system,
		fetch,
		signal,
		pause: async (milliseconds) => await setTimeout(milliseconds, undefined, {signal}),
		credentials: process.env.CREDENTIALS_DIRECTORY,
	});
	const {found} = search;
	if (found.kind === 'none') return {};
	const place = found.kind === 'config' ? found.config.place : found.place;
	const decision = await decide(system, search, signal, report);
	const told = [...tellDecision(place, decision), ...search.passedOver.map(passedOver)];
	writeFileSync(path.join(runFolder, 'found-config'), `${told.join('\n')}\n`, {mode: 0o600});
	if (decision.kind === 'ask') {
		const {answers: found} = decision;
		return {note: noteOf(told), ...(found !== undefined && {found})};
	}
	for (const line of told) context.print(line);
	const run = await noteUnattendedRun(decision.answers);
	const program = ownProgram(['install-background', '--unattended']);
	await startRun(system, runFiles(), program, decision.answers);
	return {run};
}

/** A console of unknown size, perhaps a slow line, that somebody may log. */
const plainly = {quiet: false, 'progress-fd': undefined};

async function decide(
	system: System,
	{found, arguments: said}: ConfigSearch,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<FoundDecision> {
	if (found.kind !== 'config') {
		const error = found.kind === 'unusable' ? found.error : undefined;
		return {kind: 'ask', why: error?.message ?? '', hint: error?.hint ?? ''};
	}
	try {
		return await decideAndPrepare(system, found.config, said, signal, report);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		return {kind: 'ask', why: error.message, hint: error.hint ?? ''};
	}
}

function tellDecision(place: string, decision: FoundDecision): string[] {
	if (decision.kind === 'install') return [`Installing by the configuration at ${place}`];
	return [`${place}: not used, since ${decision.why}`, decision.hint].filter((line) => line !== '');
}

const passedOver = (place: string): string => `passed over: ${place}`;

function noteOf(told: readonly string[]): HardwareCheck {
	return {name: 'Configuration', verdict: 'doubtful', text: told.join('; ')};
}
