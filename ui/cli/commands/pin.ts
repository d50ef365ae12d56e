import {exitStatus} from '../../../engine/errors.ts';
import {defineCommand} from '../command.ts';
import {changeOptions, deploymentHelp} from '../machine-change.ts';
import {pinDeployment} from '../pin-deployment.ts';

export const command = defineCommand({
	description: [
		"Keeps a deployment until it is unpinned: updates, rollbacks and 'slipway gc' leave it and its boot entry alone.",
	],
	options: changeOptions,
	positionals: {ID: {help: deploymentHelp}},
	examples: [['slipway pin 3f2a', 'Keep a deployment that is known to be good.']],
	exitStatuses: {[exitStatus.refused]: 'There is no such deployment, or it cannot be read.'},
	cleansUp: true,
	run: (context, args) => pinDeployment(context, args, true),
});
