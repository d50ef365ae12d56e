import {existsSync, realpathSync} from 'node:fs';
import type {ProgressReporter} from '../engine/progress.ts';
import type {System} from '../engine/system/system.ts';
import type {DiskSelector} from './answers/answers.ts';
import type {ConfiguredOptions} from './config/configured-options.ts';
import {readCandidates} from './disk/candidates.ts';
import {selectedDisk} from './disk/select-disk.ts';
import type {InstallOptions} from './install-options.ts';
import {InstallScripts} from './scripts/install-scripts.ts';

/** What was asked for besides the answers. */
type Asked = Pick<InstallOptions, 'dryRun' | 'signal' | 'mirror'> & {
	readonly disk: string | undefined;
};

/**
 * Selects the disk, unless one is named, and those of a mirror beside it. The scripts that come before the disks
 * are looked at run before that, as often as anything is installed; the options that come of it have none of them
 * any more.
 * @throws Refused or UsageError when no disk, or more than one, is meant
 */
export async function withSelectedDisk(
	system: System,
	{selectors, ...options}: ConfiguredOptions,
	asked: Asked,
	report: ProgressReporter,
): Promise<InstallOptions> {
	const {disk, dryRun, signal} = asked;
	const {scripts, storage} = options.answers;
	const select = async () => await selectDisks(system, selectors, storage.mirror, asked);
	if (dryRun) return {...options, ...(await select()), dryRun, signal};
	using before = new InstallScripts(system, {scripts, disk, signal}, report);
	try {
		await before.beforeLooking();
		const answers = {...options.answers, scripts: {...scripts, pre: []}};
		return {...options, answers, ...(await select()), dryRun, signal};
	} catch (error) {
		await before.afterFailure(error);
		throw error;
	}
}

async function selectDisks(
	system: System,
	selectors: readonly DiskSelector[],
	mirrored: readonly DiskSelector[],
	{disk: named, mirror}: Asked,
): Promise<Pick<InstallOptions, 'disk' | 'mirror'>> {
	const select = async (wanted: readonly DiskSelector[]) =>
		selectedDisk(wanted, await readCandidates(system)).path;
	const configured: string[] = [];
	if (mirror.length === 0)
		for (const selector of mirrored) configured.push(await select([selector]));
	const disk = named ?? configured[0] ?? (await select(selectors));
	return {disk, mirror: [...mirror, ...configured.filter((path) => !isSameDisk(path, disk))]};
}

function isSameDisk(one: string, other: string): boolean {
	return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}
