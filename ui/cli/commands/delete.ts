import {changeMachine} from '../../../engine/deployment/change-machine.ts';
import {reportChange} from '../../../engine/deployment/change-report.ts';
import {deleteDeployment} from '../../../engine/deployment/transitions.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {formatChange} from '../change-text.ts';
import {defineCommand} from '../command.ts';
import {changeOptions, deploymentHelp, runChange} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		"Deletes a deployment: its boot entry and its /etc. The running one stays, and a pinned one until it is unpinned. What only its image used is removed by the next 'slipway gc'.",
	],
	options: changeOptions,
	positionals: {ID: {help: deploymentHelp}},
	examples: [['slipway delete 3f2a9c1b4d5e.0', 'Delete a deployment that nobody goes back to.']],
	exitStatuses: {
		[exitStatus.refused]:
			'There is no such deployment; or it is the running one, pinned, or the last.',
	},
	cleansUp: true,
	async run(context, {options, positionals}) {
		const dryRun = options['dry-run'];
		const report = reportChange(
			await runChange(context, {name: 'delete', options}, (system, change) =>
				changeMachine(system, change, (set) => deleteDeployment(set, positionals.ID)),
			),
		);
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, dryRun, ...report}, undefined, 2)]
				: formatChange(report, {dryRun})),
		);
		return exitStatus.ok;
	},
});
