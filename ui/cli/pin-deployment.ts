import {changeMachine} from '../../engine/deployment/change-machine.ts';
import {reportChange} from '../../engine/deployment/change-report.ts';
import {findDeployment} from '../../engine/deployment/find-deployment.ts';
import {setPinned} from '../../engine/deployment/transitions.ts';
import {exitStatus} from '../../engine/errors.ts';
import type {Arguments, CommandContext} from './command.ts';
import {type changeOptions, runChange} from './machine-change.ts';

/** What `slipway pin` and `slipway unpin` do. */
export async function pinDeployment(
	context: CommandContext,
	{options, positionals}: Arguments<typeof changeOptions, {ID: {help: string}}>,
	pinned: boolean,
): Promise<number> {
	const dryRun = options['dry-run'];
	const name = pinned ? 'pin' : 'unpin';
	const decision = await runChange(context, {name, options}, (system, change) =>
		changeMachine(system, change, (set) => setPinned(set, positionals.ID, pinned)),
	);
	const report = reportChange(decision);
	const {id} = findDeployment(decision.after, positionals.ID);
	context.print(
		options.json
			? JSON.stringify({version: 1, dryRun, ...report, deployment: id, pinned}, undefined, 2)
			: formatPinned(id, {pinned, dryRun, changed: report.changed}),
	);
	return exitStatus.ok;
}

export function formatPinned(
	id: string,
	{pinned, dryRun, changed}: {pinned: boolean; dryRun: boolean; changed: boolean},
): string {
	const state = pinned ? 'pinned' : 'not pinned';
	if (!changed) return `nothing to change: deployment ${id} is ${state}`;
	if (dryRun) return `deployment ${id} would be ${state}`;
	const means = pinned ? 'it is kept until it is unpinned' : 'it goes when nothing else keeps it';
	return `deployment ${id} is ${state}: ${means}`;
}
