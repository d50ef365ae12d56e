import {exitStatus} from '../../../engine/errors.ts';
import {defineCommand} from '../command.ts';
import {changeOptions, deploymentHelp} from '../machine-change.ts';
import {pinDeployment} from '../pin-deployment.ts';

export const command = defineCommand({
	description: [
		'Lets a deployment that was pinned be removed like any other: by updates, and at once by gc or delete.',
	],
	options: changeOptions,
	positionals: {ID: {help: deploymentHelp}},
	examples: [['slipway unpin 3f2a', 'Let a deployment go when it is not needed.']],
	exitStatuses: {[exitStatus.refused]: 'There is no such deployment, or it cannot be read.'},
	cleansUp: true,
	run: (context, args) => pinDeployment(context, args, false),
});
