import {defineCommand} from '../command.ts';
import {editArguments} from '../kernel-arguments.ts';
import {argumentExitStatuses, changeOptions} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		'Takes kernel arguments away, whoever set them. Where the image or the installation did, the machine remembers to leave them out, also when an update brings them.',
		'The same image is deployed without them for the next boot. An argument that is not there is no error.',
	],
	options: changeOptions,
	positionals: {
		ARGUMENT: {
			multiple: true,
			help: 'The whole argument, console=tty0, or a name alone for all that it has: console.',
		},
	},
	examples: [['slipway kargs remove quiet console=tty0', 'Take two arguments away.']],
	exitStatuses: argumentExitStatuses,
	cleansUp: true,
	run: (context, {options, positionals}) =>
		editArguments(context, {options}, {kind: 'remove', arguments: positionals.ARGUMENT}),
});
