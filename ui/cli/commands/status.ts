import {exitStatus} from '../../../engine/errors.ts';
import {readMachineStatus} from '../../../engine/update/update-status.ts';
import {defineCommand} from '../command.ts';
import {formatStatus} from '../status.ts';

export const command = defineCommand({
	description: [
		'Names the image and deployment that runs, the ones that are staged or kept to roll back to, whether the kernel enforces fs-verity, which update was found last, and what the machine does about it. Of the staged deployment and the one to roll back to it says what would change: version, kernel, size, and packages as far as both images have a database of dpkg, apk or rpm. Reads only what everybody may read: it needs no privileges and gives every user the same answer.',
		"In the JSON document the fields mean what they mean in bootc's status; 'version' is raised when that changes.",
	],
	options: {
		json: {type: 'boolean', help: 'Print the status as JSON.'},
		verbose: {
			type: 'boolean',
			short: 'v',
			help: 'List the packages that another deployment would add, remove or change, too.',
		},
		record: {
			type: 'boolean',
			help: 'Note the boot entries, which root alone can read, for all users, and why this deployment runs. Done at boot.',
		},
	},
	positionals: {},
	examples: [
		['slipway status', 'For people.'],
		['slipway status --verbose', 'See which packages the staged update changes.'],
		['slipway status --json | jq .status.booted.image', 'For programs.'],
	],
	async run(context, {options}) {
		if (options.record) {
			// Status itself has to start fast and needs no boot loader.
			const {recordRunningBoot} = await import('../../../engine/update/record-running-boot.ts');
			await recordRunningBoot(await context.system());
			return exitStatus.ok;
		}
		const status = await readMachineStatus();
		context.print(
			options.json
				? JSON.stringify(status, undefined, 2)
				: formatStatus(status, status.update, {verbose: options.verbose}),
		);
		return exitStatus.ok;
	},
});
