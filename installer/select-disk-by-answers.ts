import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {ConfiguredOptions} from './config/configured-options.ts';
import {readCandidates} from './disk/candidates.ts';
import {selectedDisk} from './disk/select-disk.ts';
import type {InstallOptions} from './install-options.ts';
import {InstallScripts} from './scripts/install-scripts.ts';

/**
 * Selects the disk, unless one is named. The scripts that come before the disks are looked at run before that,
 * as often as anything is installed; the options that come of it have none of them any more.
 * @throws Refused or UsageError when no disk, or more than one, is meant
 */
export async function withSelectedDisk(
	system: System,
	{selectors, ...options}: ConfiguredOptions,
	{disk, dryRun, signal}: Pick<InstallOptions, 'dryRun' | 'signal'> & {disk: string | undefined},
	report: ProgressReporter,
): Promise<InstallOptions> {
	const select = async () => selectedDisk(selectors, await readCandidates(system)).path;
	if (dryRun) return {...options, disk: disk ?? (await select()), dryRun, signal};
	const {scripts} = options.answers;
	using before = new InstallScripts(system, {scripts, disk, signal}, report);
	try {
		await before.beforeLooking();
		const answers = {...options.answers, scripts: {...scripts, pre: []}};
		return {...options, answers, disk: disk ?? (await select()), dryRun, signal};
	} catch (error) {
		await before.afterFailure(error);
		throw error;
	}
}
