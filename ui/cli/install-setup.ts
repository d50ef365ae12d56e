import {existsSync, realpathSync} from 'node:fs';
import {UsageError} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {type DiskSelector, noAnswers} from '../../installer/answers/answers.ts';
import {namedByPerson} from '../../installer/config/arming.ts';
import {configuredOptions, type GivenOptions} from '../../installer/config/configured-options.ts';
import {formatMistake, throwMistakes} from '../../installer/config/mistake.ts';
import {readCandidates} from '../../installer/disk/candidates.ts';
import {selectedDisk} from '../../installer/disk/select-disk.ts';
import type {InstallOptions} from '../../installer/install-options.ts';
import type {CommandContext} from './command.ts';
import {readConfigFile} from './config-file.ts';

export interface InstallWish extends GivenOptions {
	/** Disks of a mirror beside it; those of the configuration when there are none. */
	readonly mirror: readonly string[];
	/** The disk, when one is named. */
	readonly disk: string | undefined;
	readonly config: string;
	readonly configSha256: string | undefined;
}

type Setup = Omit<InstallOptions, 'dryRun' | 'signal'>;

/**
 * What to install by a configuration and by what the command line says besides. The disks are looked at
 * when none is named; nothing is written.
 */
export async function configuredSetup(
	context: CommandContext,
	{disk, mirror, config, configSha256, ...given}: InstallWish,
	report: ProgressReporter,
): Promise<Setup> {
	const {answers, mistakes, warnings} = await readConfigFile(context, config, configSha256);
	throwMistakes(mistakes);
	for (const warning of warnings)
		report({
			type: 'warning',
			code: 'config',
			message: formatMistake(warning),
			hint: `See whether ${config} is the file for this machine.`,
		});
	const {selectors, ...options} = configuredOptions(given, answers, namedByPerson);
	const configured = mirror.length > 0 ? [] : await mirrorPaths(answers.storage.mirror);
	const chosen = disk ?? configured[0] ?? (await selectPath(selectors));
	const others = [...mirror, ...configured.filter((path) => !isSameDisk(path, chosen))];
	return {...options, disk: chosen, mirror: others};

	async function mirrorPaths(wanted: readonly DiskSelector[]): Promise<string[]> {
		const paths: string[] = [];
		for (const selector of wanted) paths.push(await selectPath([selector]));
		return paths;
	}

	async function selectPath(wanted: readonly DiskSelector[]): Promise<string> {
		return selectedDisk(wanted, await readCandidates(await context.system())).path;
	}
}

function isSameDisk(one: string, other: string): boolean {
	return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}

/** What to install by the command line alone. @throws UsageError without a disk */
export function plainSetup(
	disk: string | undefined,
	given: GivenOptions & Pick<InstallWish, 'mirror'>,
): Setup {
	if (disk === undefined)
		throw new UsageError('install needs a disk: DEVICE, or --config with what selects one', {
			hint: 'Run slipway install --help.',
		});
	return {...given, disk, espSize: undefined, configKernelArguments: [], answers: noAnswers};
}
