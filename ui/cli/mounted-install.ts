/** What both commands have in common that install into file systems which others made. */
import {exitStatus} from '../../engine/errors.ts';
import {noAnswers} from '../../installer/answers/answers.ts';
import {installMounted} from '../../installer/mounted/install-mounted.ts';
import type {MountedOptions} from '../../installer/mounted/mounted-options.ts';
import type {MountedPlan} from '../../installer/mounted/mounted-plan.ts';
import {formatMountedPlan} from '../../installer/mounted/mounted-plan-text.ts';
import {
	type Arguments,
	type CommandContext,
	type OptionDefinitions,
	progressOptions,
} from './command.ts';
import {answerOptions, withAnswerOptions} from './install-answers.ts';

export const mountedInstallOptions = {
	'dry-run': {type: 'boolean', short: 'n', help: 'Check, print the plan, write nothing.'},
	'target-image': {
		type: 'string',
		value: 'REFERENCE',
		help: 'Where the machine gets its updates, such as registry.example.com/myos:latest. When left out, the reference that the container was started from, or the one that the image names.',
	},
	karg: {
		type: 'string',
		value: 'ARGUMENT',
		multiple: true,
		help: 'Add a kernel argument to those of the image. May be given several times.',
	},
	...answerOptions,
	json: {type: 'boolean', help: 'Print the plan as JSON.'},
	...progressOptions,
} as const satisfies OptionDefinitions;

type Options = Arguments<typeof mountedInstallOptions, Record<never, never>>['options'];
type Target = Omit<
	MountedOptions,
	'targetImage' | 'configKernelArguments' | 'kernelArguments' | 'answers' | 'dryRun' | 'signal'
>;

/** Installs as the command line asks, and prints what came of it. @returns the exit status */
export async function runMountedInstall(
	context: CommandContext,
	options: Options,
	target: Target,
	formatDone: (plan: MountedPlan) => readonly string[],
): Promise<number> {
	const dryRun = options['dry-run'];
	using progress = await context.startProgress(options);
	const plan = await installMounted(
		await context.system(),
		{
			...target,
			targetImage: options['target-image'],
			configKernelArguments: [],
			kernelArguments: options.karg,
			answers: await withAnswerOptions(noAnswers, options, progress.report),
			dryRun,
			signal: context.signal,
		},
		progress.report,
	);
	progress[Symbol.dispose]();
	if (options.json) context.print(JSON.stringify(plan, undefined, 2));
	else if (dryRun) context.write(formatMountedPlan(plan));
	else context.print(...formatDone(plan));
	return exitStatus.ok;
}

/** For help pages. */
export const mountedInstallStatuses = {
	[exitStatus.failed]: 'It failed on the way; what was there boots as before.',
	[exitStatus.refused]: 'The file systems or the image will not do; nothing was changed.',
	[exitStatus.lacking]: 'A privilege or program is missing; nothing was changed.',
} as const;
