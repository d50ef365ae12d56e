import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {formatMistake} from '../config/mistake.ts';
import type {ConfigReading} from '../config/read-config.ts';
import {readConfigText} from '../config/read-config-text.ts';
import {readMachineIdentity} from '../machine/machine-identity.ts';
import {runPreScripts} from '../scripts/run-pre.ts';
import type {BootArguments} from './boot-arguments.ts';
import {decideFound, type FoundDecision} from './decide-found.ts';
import type {FoundConfig} from './find-config.ts';

/**
 * Reads a configuration that was found and decides about it. No script of it runs before it is certain that
 * it may install; then a kickstart is read again with its `%pre` run.
 * @throws Refused `script-failed`
 */
export async function decideAndPrepare(
	system: System,
	config: FoundConfig,
	{permitsWipe}: BootArguments,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<FoundDecision> {
	const {text, name, origin, hasPermit, isLenient} = config;
	const machine = readMachineIdentity();
	const permits = {kernelArgument: permitsWipe, embedded: hasPermit};
	const decide = (reading: ConfigReading) => decideFound({reading, origin, permits, machine});
	const options = {isLenient, signal};
	const reading = await readConfigText(text, name, {...options, runPre: undefined});
	const decision = decide(reading);
	if (decision.kind === 'ask') return decision;
	let ranPre = false;
	const runPre = async (scripts: typeof decision.answers.scripts) => {
		ranPre = true;
		await runPreScripts(system, scripts, signal, report);
	};
	const again = await readConfigText(text, name, {...options, runPre});
	for (const warning of again.warnings)
		report({type: 'warning', code: 'config', message: formatMistake(warning)});
	return ranPre ? decide(again) : decision;
}
