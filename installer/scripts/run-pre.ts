import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {ScriptAnswers} from '../answers/answers.ts';
import {InstallScripts} from './install-scripts.ts';

/**
 * Runs the scripts that come before everything of a configuration that may be changed by them, and the ones
 * for a failure when that is one.
 * @throws Refused `script-failed`
 */
export async function runPreScripts(
	system: System,
	scripts: ScriptAnswers,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<void> {
	using all = new InstallScripts(system, {scripts, disk: undefined, signal}, report);
	try {
		await all.beforeLooking();
	} catch (error) {
		await all.afterFailure(error);
		throw error;
	}
}
