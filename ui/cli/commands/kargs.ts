import {machineArgumentsFolder} from '../../../engine/boot/machine-kargs.ts';
import {listKernelArguments} from '../../../engine/deployment/list-kernel-arguments.ts';
import {readDeploymentSet} from '../../../engine/deployment/read-status.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {defineCommand} from '../command.ts';
import {formatArguments} from '../kernel-arguments.ts';

export const command = defineCommand({
	description: [
		'Lists the kernel arguments of the running deployment, each with the file that sets it, or how it was given when the machine was installed. Those that slipway sets itself are left out: root=, rw, composefs= and slipway=. Needs no privileges.',
		`They are changed with slipway kargs add, remove and replace, or in files of your own in ${machineArgumentsFolder} and slipway kargs apply. Each makes a deployment of the same image for the next boot; updates keep what the machine changed, and bring what their image changed.`,
	],
	options: {
		staged: {type: 'boolean', help: 'Those of the deployment that is staged.'},
		json: {type: 'boolean', help: 'Print them as JSON.'},
	},
	positionals: {},
	examples: [
		['slipway kargs', 'See what the machine runs with, and why.'],
		['slipway kargs --staged', 'See what it will run with.'],
	],
	exitStatuses: {[exitStatus.refused]: 'Nothing is staged, or this is no machine of slipway.'},
	async run(context, {options}) {
		const set = await readDeploymentSet();
		const listed = listKernelArguments(set, options.staged ? 'staged' : 'booted');
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, ...listed}, undefined, 2)]
				: formatArguments(listed.kernelArguments)),
		);
		return exitStatus.ok;
	},
});
