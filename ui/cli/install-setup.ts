import {UsageError} from '../../engine/errors.ts';
import type {ProgressEvent, ProgressReporter} from '../../engine/progress.ts';
import {type Answers, noAnswers} from '../../installer/answers/answers.ts';
import {withoutSecrets} from '../../installer/answers/web-address.ts';
import {namedByPerson} from '../../installer/config/arming.ts';
import {configuredOptions, type GivenOptions} from '../../installer/config/configured-options.ts';
import {formatMistake, throwMistakes} from '../../installer/config/mistake.ts';
import type {InstallOptions} from '../../installer/install-options.ts';
import {runPreScripts} from '../../installer/scripts/run-pre.ts';
import {withSelectedDisk} from '../../installer/select-disk-by-answers.ts';
import type {CommandContext} from './command.ts';
import {readConfigFile} from './config-file.ts';

export interface InstallWish extends GivenOptions {
	/** Disks of a mirror beside it; those of the configuration when there are none. */
	readonly mirror: readonly string[];
	/** The disk, when one is named. */
	readonly disk: string | undefined;
	readonly config: string;
	readonly configSha256: string | undefined;
	/** See {@link readConfigFile}. */
	readonly isLenient: boolean;
	/** No script runs then. */
	readonly dryRun: boolean;
}

type Setup = Omit<InstallOptions, 'dryRun' | 'signal'>;

/**
 * What to install by a configuration and by what the command line says besides. Scripts that come before
 * everything have run when this returns. The disks are looked at when none is named; nothing is written.
 */
export async function configuredSetup(
	context: CommandContext,
	{disk, mirror, config, configSha256, isLenient, dryRun, ...given}: InstallWish,
	report: ProgressReporter,
): Promise<Setup> {
	const {signal} = context;
	const system = await context.system();
	const {answers, mistakes, warnings} = await readConfigFile(context, config, configSha256, {
		isLenient,
		runPre: dryRun ? undefined : (scripts) => runPreScripts(system, scripts, signal, report),
	});
	throwMistakes(mistakes);
	for (const warning of warnings)
		report({
			type: 'warning',
			code: 'config',
			message: formatMistake(warning),
			hint: `See whether ${withoutSecrets(config)} is the file for this machine.`,
		});
	const configured = configuredOptions(given, answers, namedByPerson);
	for (const event of doubtsAbout(answers, dryRun)) report(event);
	return await withSelectedDisk(system, configured, {disk, mirror, dryRun, signal}, report);
}

/** What a configuration says and this command does not do. */
function doubtsAbout({scripts, finish}: Answers, dryRun: boolean): ProgressEvent[] {
	const {action} = finish;
	return [
		...(dryRun && scripts.pre.length > 0 ? [preNotRun] : []),
		...(dryRun || action === undefined || action === 'wait' ? [] : [finishLeftOut(action)]),
	];
}

const preNotRun: ProgressEvent = {
	type: 'warning',
	code: 'script-not-run',
	message: 'scripts that come before everything were not run, and may change what is planned',
};

/** The machine that this command runs on does other things. */
function finishLeftOut(action: string): ProgressEvent {
	return {
		type: 'warning',
		code: 'finish-left-out',
		message: `finish.action is left out: ${action} is for a live system that installs by itself`,
	};
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
