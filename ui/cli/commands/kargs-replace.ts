import {defineCommand} from '../command.ts';
import {editArguments} from '../kernel-arguments.ts';
import {argumentExitStatuses, changeOptions} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		'Gives parameters of the kernel other values, whoever set them. NAME=VALUE takes the place of everything that NAME has now. Where NAME=OLD is one of several, NAME=OLD=NEW takes the place of that one alone. The new argument stands last.',
		'The same image is deployed with them for the next boot.',
	],
	options: changeOptions,
	positionals: {
		ARGUMENT: {multiple: true, help: 'NAME=VALUE or NAME=OLD=NEW, where NAME is set.'},
	},
	examples: [
		['slipway kargs replace loglevel=7', 'Give a parameter another value.'],
		['slipway kargs replace console=ttyS0=ttyS1', 'Change one of several consoles.'],
	],
	exitStatuses: argumentExitStatuses,
	cleansUp: true,
	run: (context, {options, positionals}) =>
		editArguments(context, {options}, {kind: 'replace', arguments: positionals.ARGUMENT}),
});
