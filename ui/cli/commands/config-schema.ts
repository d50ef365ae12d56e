import {exitStatus} from '../../../engine/errors.ts';
import {configJsonSchema} from '../../../installer/config/native.ts';
import {defineCommand} from '../command.ts';

export const command = defineCommand({
	description: [
		"Prints the JSON Schema of slipway's own configuration, by which editors complete and check it. What it cannot say, 'slipway config check' does.",
	],
	options: {},
	positionals: {},
	examples: [['slipway config schema >slipway.schema.json', 'Keep it beside the files.']],
	async run(context) {
		context.print(JSON.stringify(configJsonSchema(), undefined, 2));
		return exitStatus.ok;
	},
});
