import {UsageError} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {noAnswers} from '../../installer/answers/answers.ts';
import {namedByPerson} from '../../installer/config/arming.ts';
import {configuredOptions, type GivenOptions} from '../../installer/config/configured-options.ts';
import {formatMistake, throwMistakes} from '../../installer/config/mistake.ts';
import {readCandidates} from '../../installer/disk/candidates.ts';
import {selectedDisk} from '../../installer/disk/select-disk.ts';
import type {InstallOptions} from '../../installer/install-options.ts';
import type {CommandContext} from './command.ts';
import {readConfigFile} from './config-file.ts';

export interface InstallWish extends GivenOptions {
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
	{disk, config, configSha256, ...given}: InstallWish,
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
	return {...options, disk: disk ?? (await selectPath())};

	async function selectPath(): Promise<string> {
		return selectedDisk(selectors, await readCandidates(await context.system())).path;
	}
}

/** What to install by the command line alone. @throws UsageError without a disk */
export function plainSetup(disk: string | undefined, given: GivenOptions): Setup {
	if (disk === undefined)
		throw new UsageError('install needs a disk: DEVICE, or --config with what selects one', {
			hint: 'Run slipway install --help.',
		});
	return {...given, disk, espSize: undefined, configKernelArguments: [], answers: noAnswers};
}
