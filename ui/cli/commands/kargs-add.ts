import {defineCommand} from '../command.ts';
import {editArguments} from '../kernel-arguments.ts';
import {argumentExitStatuses, changeOptions} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		'Adds kernel arguments to those that the image and the machine have, behind them: where a parameter counts once, the last one does. An argument that is there already is not added again.',
		'The same image is deployed with them for the next boot, and all that come after it have them too.',
	],
	options: changeOptions,
	positionals: {
		ARGUMENT: {multiple: true, help: 'As on the command line of the kernel.'},
	},
	examples: [['slipway kargs add console=ttyS0,115200 quiet', 'Add two arguments.']],
	exitStatuses: argumentExitStatuses,
	cleansUp: true,
	run: (context, {options, positionals}) =>
		editArguments(context, {options}, {kind: 'add', arguments: positionals.ARGUMENT}),
});
