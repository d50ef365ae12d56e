import {exitStatus} from '../../../engine/errors.ts';
import {unsupportedAnswers} from '../../../installer/config/unsupported-answers.ts';
import {defineCommand} from '../command.ts';
import {
	configDigestOption,
	configSyntax,
	formatReading,
	lenientOption,
	readConfigFile,
} from '../config-file.ts';

export const command = defineCommand({
	description: [
		'Reads the configuration of an installation and lists all mistakes in it: file, line and column, what is there, what was expected, and what was probably meant; then what is right, and slipway cannot install with yet. Works on any machine, without privileges; no disk is looked at, and nothing that it names is read, but for what a kickstart includes.',
	],
	options: {
		json: {type: 'boolean', help: 'Print the mistakes as JSON.'},
		...configDigestOption,
		...lenientOption,
	},
	positionals: {FILE: {help: `The configuration: ${configSyntax}`}},
	examples: [['slipway config check site.toml', 'Check a file before a machine needs it.']],
	exitStatuses: {
		[exitStatus.usage]: 'It has mistakes, or the command line is wrong.',
		[exitStatus.refused]: 'It has no mistakes, and says what slipway cannot install with yet.',
	},
	async run(context, {options, positionals: {FILE}}) {
		const reading = await readConfigFile(context, FILE, options['config-sha256'], {
			isLenient: options.lenient,
		});
		const {mistakes, warnings, answers} = reading;
		const unsupported = mistakes.length === 0 ? unsupportedAnswers(answers) : [];
		const found = {version: 1, mistakes, warnings, unsupported};
		if (options.json) context.print(JSON.stringify(found, undefined, 2));
		else {
			const lines = unsupported.map((key) => `slipway cannot install with ${key} yet`);
			context.print(...lines, ...formatReading(FILE, reading));
		}
		if (mistakes.length > 0) return exitStatus.usage;
		return unsupported.length > 0 ? exitStatus.refused : exitStatus.ok;
	},
});
