import {exitStatus} from '../../../engine/errors.ts';
import {throwMistakes} from '../../../installer/config/mistake.ts';
import {formatConfig} from '../../../installer/config/native.ts';
import {unsupportedAnswers} from '../../../installer/config/unsupported-answers.ts';
import {unwrittenAnswers} from '../../../installer/kickstart/unwritten-answers.ts';
import {defineCommand} from '../command.ts';
import {configDigestOption, configSyntax, lenientOption, readConfigFile} from '../config-file.ts';

export const command = defineCommand({
	description: [
		"Prints a configuration of whatever format as slipway's own TOML, which does the same. Secrets stay references; those that stand in the file itself are left out, and so is what slipway's own has no words for. Comments at the beginning name both, and what slipway cannot install with yet. Passwords stay hashes.",
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
		const unwritten = unwrittenAnswers(answers);
		const unsupported = unsupportedAnswers(answers).filter((key) => !unwritten.includes(key));
		const notes = unsupported.map((key) => `# slipway cannot install with ${key} yet.\n`);
		context.write(`${notes.join('')}${formatConfig(answers)}`);
		return exitStatus.ok;
	},
});
