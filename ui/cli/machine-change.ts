/** What all commands have in common that change the deployments of the running machine. */
import type {ChangeOptions} from '../../engine/deployment/change-machine.ts';
import {exitStatus} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {type CommandContext, type OptionDefinitions, progressOptions} from './command.ts';

export const changeOptions = {
	'dry-run': {type: 'boolean', short: 'n', help: 'Only tell what would be done.'},
	'no-wait': {
		type: 'boolean',
		help: 'Refuse when another command is changing this machine, rather than wait for it.',
	},
	json: {type: 'boolean', help: 'Print what was done as JSON.'},
	...progressOptions,
} as const satisfies OptionDefinitions;

/** For help pages, of an argument that names a deployment. */
export const deploymentHelp =
	'ID of the deployment, from slipway status, or as much of its beginning as no other has.';

/** Of commands that change kernel arguments. */
export const argumentExitStatuses = {
	[exitStatus.usage]: 'An argument, or a file of arguments, is wrong; nothing was changed.',
	[exitStatus.refused]: 'It cannot be done as asked; nothing was changed.',
} as const;

interface GivenOptions {
	readonly 'dry-run': boolean;
	readonly 'no-wait': boolean;
	readonly quiet: boolean;
	readonly 'progress-fd': number | undefined;
}

/** Runs a change as its command line asks; progress is gone when it returns. */
export async function runChange<Result>(
	context: CommandContext,
	{name, options}: {readonly name: string; readonly options: GivenOptions},
	change: (system: System, options: ChangeOptions) => Promise<Result>,
): Promise<Result> {
	using progress = await context.startProgress(options);
	return await change(await context.system(), {
		name: `slipway ${name}`,
		wait: !options['no-wait'],
		dryRun: options['dry-run'],
		progress: progress.report,
		signal: context.signal,
	});
}
