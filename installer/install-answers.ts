import {UsageError} from '../engine/errors.ts';
import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {Answers} from './answers/answers.ts';
import {namedByPerson} from './config/arming.ts';
import {configuredOptions} from './config/configured-options.ts';
import {type InstallResult, installMachine} from './install.ts';
import type {InstallOptions} from './install-options.ts';

/** Nothing but what the answers say. Whoever calls this shows what is to be shown. */
const nothingGiven = {
	wipe: false,
	targetImage: undefined,
	rootFileSystem: undefined,
	kernelArguments: [],
	showsRecoveryKey: true,
} as const;

/**
 * Installs as the answers say, which name a disk by its path.
 * @throws Refused `cannot-yet` for those that this installer cannot honour, and what
 * {@link installMachine} throws
 */
export async function installAnswers(
	system: System,
	answers: Answers,
	{dryRun, signal}: Pick<InstallOptions, 'dryRun' | 'signal'>,
	report: ProgressReporter,
): Promise<InstallResult> {
	const {selectors, ...options} = configuredOptions(nothingGiven, answers, namedByPerson);
	const {mirror: mirrored} = answers.storage;
	const disk = selectors[0]?.path;
	if (disk === undefined)
		throw new UsageError('no disk is named', {hint: 'Give the path of one, such as /dev/sda.'});
	const mirror = mirrored.flatMap(({path}) => (path === undefined || path === disk ? [] : path));
	return await installMachine(system, {...options, disk, mirror, dryRun, signal}, report);
}
