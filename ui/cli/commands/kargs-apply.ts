import {machineArgumentsFolder} from '../../../engine/boot/machine-kargs.ts';
import {defineCommand} from '../command.ts';
import {editArguments} from '../kernel-arguments.ts';
import {argumentExitStatuses, changeOptions} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		`Deploys the same image for the next boot with the kernel arguments that the files in ${machineArgumentsFolder} ask for, after they were changed by hand. Updates do so by themselves.`,
		'Each file is TOML: kargs = ["quiet"] adds arguments to those of the image, of the installation, and of the files before it by name; remove = ["console=tty0", "splash"] takes away what they set.',
	],
	options: changeOptions,
	positionals: {},
	examples: [['slipway kargs apply --dry-run', 'See what the files would change.']],
	exitStatuses: argumentExitStatuses,
	cleansUp: true,
	run: (context, {options}) => editArguments(context, {options}),
});
