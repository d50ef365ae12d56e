import {type EngineError, OperationFailed, Refused} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {Script} from '../answers/answers.ts';
import {runScript} from './run-script.ts';
import {type ScriptFacts, type ScriptMoment, scriptEnvironment} from './script-environment.ts';

export interface ScriptsRun {
	readonly facts: ScriptFacts;
	readonly scripts: readonly Script[];
	/** Where the new system is mounted, once it is. */
	readonly target: string | undefined;
	readonly signal: AbortSignal | undefined;
}

const titles: Readonly<Record<ScriptMoment, string>> = {
	pre: 'script before the disk is looked at',
	'pre-install': 'script before the first write',
	post: 'script of the new system',
	'on-error': 'script after the failure',
};

/**
 * Runs the scripts of one moment, one after the other. What they print is told; one that fails is a
 * warning unless it is required.
 * @throws Refused or, once the disk was written, OperationFailed `script-failed`
 */
export async function runScripts(
	system: Pick<System, 'run' | 'now'>,
	{facts, scripts, target, signal}: ScriptsRun,
	report: ProgressReporter,
): Promise<void> {
	for (const [index, script] of scripts.entries()) {
		signal?.throwIfAborted();
		const step = `${facts.moment}-script-${index + 1}`;
		const name = `${titles[facts.moment]}, number ${index + 1} of ${scripts.length},`;
		report({type: 'step', step, title: `Running the ${name.slice(0, -1)}`});
		const isInside = facts.moment === 'post' && script.chroot;
		const failure = await runScript(system, {
			script,
			environment: scriptEnvironment(isInside ? insideFacts(facts) : facts),
			root: isInside ? target : undefined,
			signal,
			tell: (line) => report({type: 'output', step, line}),
		});
		report({type: 'done', step});
		if (failure === undefined) continue;
		const message = `the ${name} ${failure}`;
		if (script.required) throw scriptFailed(facts.moment, message);
		report({type: 'warning', code: 'script-failed', message});
	}
}

/** Paths of the system that installs lead nowhere in the new one. */
function insideFacts({target: _target, log: _log, ...facts}: ScriptFacts): ScriptFacts {
	return facts;
}

function scriptFailed(moment: ScriptMoment, message: string): EngineError {
	if (moment === 'pre' || moment === 'pre-install')
		return new Refused('script-failed', message, {
			hint: 'Correct the script, or say required = false.',
		});
	return new OperationFailed('script-failed', message, {
		hint: 'The disk is not a finished installation. Correct the script and run it again; a disk in this state needs no --wipe.',
	});
}
