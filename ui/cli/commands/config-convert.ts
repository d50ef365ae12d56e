import {exitStatus} from '../../../engine/errors.ts';
import {throwMistakes} from '../../../installer/config/mistake.ts';
import {formatConfig} from '../../../installer/config/native.ts';
import {defineCommand} from '../command.ts';
import {configDigestOption, configSyntax, lenientOption, readConfigFile} from '../config-file.ts';

export const command = defineCommand({
	description: [
		"Prints a configuration of whatever format as slipway's own TOML, which does the same. Secrets stay references; those that stand in the file itself are left out, and comments at the beginning name them. Passwords stay hashes.",
	],
	options: {...configDigestOption, ...lenientOption},
	positionals: {FILE: {help: `The configuration: ${configSyntax}`}},
	examples: [['slipway config convert config.toml >site.toml', 'Move on from image-builder.']],
	exitStatuses: {[exitStatus.usage]: 'It has mistakes, or the command line is wrong.'},
	async run(context, {options, positionals: {FILE}}) {
		const {answers, mistakes} = await readConfigFile(context, FILE, options['config-sha256'], {
			isLenient: options.lenient,
		});
		throwMistakes(mistakes);
		context.write(formatConfig(answers));
		return exitStatus.ok;
	},
});
