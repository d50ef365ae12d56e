import {reportChange} from '../../../engine/deployment/change-report.ts';
import {leadsElsewhere, reboot} from '../../../engine/deployment/reboot.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {rollbackMachine} from '../../../engine/update/rollback-machine.ts';
import {formatChange} from '../change-text.ts';
import {defineCommand} from '../command.ts';
import {changeOptions, deploymentHelp, runChange} from '../machine-change.ts';
import {softRebootOption} from '../soft-reboot.ts';

export const command = defineCommand({
	description: [
		'Makes the deployment before this one, or the one named, what boots from now on, with its own /etc and kernel arguments. It goes into effect at the next boot; with --apply at once.',
		'An update that is staged is dropped, or the boot after would bring it back; a pinned one is kept. Naming the running deployment takes back a rollback or an update that waits for the next boot.',
		'Machines that update themselves leave the image alone that was gone back from, until there is a newer one or somebody runs slipway upgrade.',
	],
	options: {
		apply: {type: 'boolean', help: 'Reboot at once, if that leads to another deployment.'},
		...softRebootOption,
		...changeOptions,
	},
	positionals: {
		ID: {
			optional: true,
			help: `${deploymentHelp} When left out, the rollback that slipway status shows.`,
		},
	},
	examples: [
		['slipway rollback', 'Go back to the deployment before this one, at the next boot.'],
		['slipway rollback --apply 3f2a', 'Go to one of those that are kept, now.'],
		[
			'slipway rollback --apply --soft-reboot=required',
			'Go back in seconds, or say why that takes a whole reboot.',
		],
	],
	exitStatuses: {
		[exitStatus.refused]:
			'There is no such deployment, it cannot be booted, or a soft reboot is required and cannot be done. Nothing is changed.',
	},
	cleansUp: true,
	async run(context, {options, positionals}) {
		const dryRun = options['dry-run'];
		const {transition, softReboot} = await runChange(
			context,
			{name: 'rollback', options},
			(system, change) =>
				rollbackMachine(system, {...change, softReboot: options['soft-reboot']}, positionals.ID),
		);
		const report = reportChange(transition);
		const reboots = options.apply && !dryRun && leadsElsewhere(report);
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, dryRun, ...report, softReboot, reboots}, undefined, 2)]
				: formatChange(report, {dryRun, reboots, softReboot})),
		);
		if (reboots) await reboot(await context.system(), softReboot);
		return exitStatus.ok;
	},
});
