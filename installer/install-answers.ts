import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {Answers, DiskSelector} from './answers/answers.ts';
import {namedByPerson} from './config/arming.ts';
import {configuredOptions} from './config/configured-options.ts';
import {type InstallResult, installMachine} from './install.ts';
import type {InstallOptions} from './install-options.ts';
import {withSelectedDisk} from './select-disk-by-answers.ts';

/** Nothing but what the answers say. Whoever calls this shows what is to be shown. */
const nothingGiven = {
	wipe: false,
	targetImage: undefined,
	rootFileSystem: undefined,
	kernelArguments: [],
	showsRecoveryKey: true,
} as const;

/**
 * Installs as the answers say, on the disk that they select.
 * @throws Refused `cannot-yet` for those that this installer cannot honour, and what
 * {@link installMachine} throws
 */
export async function installAnswers(
	system: System,
	answers: Answers,
	{dryRun, signal, plannedDisk}: Pick<InstallOptions, 'dryRun' | 'signal' | 'plannedDisk'>,
	report: ProgressReporter,
): Promise<InstallResult> {
	const configured = configuredOptions(nothingGiven, answers, namedByPerson);
	const asked = {disk: namedDisk(configured.selectors), mirror: [], dryRun, signal};
	const options = await withSelectedDisk(system, configured, asked, report);
	return await installMachine(system, {...options, plannedDisk}, report);
}

/** The one path, when nothing else has to hold: nobody need look at all the others. */
function namedDisk([first, ...others]: readonly DiskSelector[]): string | undefined {
	const {path, pick, ...rest} = first ?? {pick: 'only'};
	const isAll = others.length === 0 && pick === 'only' && Object.keys(rest).length === 0;
	return isAll ? path : undefined;
}
