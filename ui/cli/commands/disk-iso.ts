import {existsSync, realpathSync} from 'node:fs';
import {givenKernelArguments} from '../../../engine/boot/kargs.ts';
import {exitStatus, UsageError} from '../../../engine/errors.ts';
import {holdsSecrets} from '../../../installer/answers/holds-secrets.ts';
import {customizeIso} from '../../../installer/output/iso/customize-iso.ts';
import {refuseExisting} from '../../../installer/output/output-folder.ts';
import {writeWhole} from '../../../installer/output/write-whole.ts';
import {defineCommand, progressOptions} from '../command.ts';
import {mediumConfigOptions, readMediumConfig} from '../medium-config.ts';

export const command = defineCommand({
	description: [
		'Writes a copy of a live medium that slipway disk --format iso made, with another configuration, other kernel arguments, or both; what is not given stays as the medium has it. The copy is the same, byte for byte, as if it had been made with them. Needs neither the image nor privileges.',
	],
	options: {
		customize: {type: 'string', value: 'IN.iso', help: 'The medium to copy.'},
		...mediumConfigOptions,
		karg: {
			type: 'string',
			value: 'ARGUMENT',
			multiple: true,
			help: 'A kernel argument of the live system, in place of those that the medium was given. May be given several times.',
		},
		force: {type: 'boolean', help: 'Replace OUT.iso when it is there.'},
		json: {type: 'boolean', help: 'Print what was made as JSON.'},
		...progressOptions,
	},
	positionals: {'OUT.iso': {help: 'Where the copy goes.'}},
	examples: [
		[
			'slipway disk iso --customize myos.iso --config site.toml site.iso',
			'A medium that installs as a file says.',
		],
	],
	cleansUp: true,
	async run(context, {options, positionals: {'OUT.iso': target}}) {
		const {customize: from, karg} = options;
		if (from === undefined)
			throw new UsageError('nobody said which medium to copy', {
				hint: 'Give it with --customize; slipway disk --format iso makes a new one.',
			});
		if (karg.length === 0 && options.config === undefined)
			throw new UsageError('nothing is to become different', {
				hint: 'Give --config, --karg or both.',
			});
		if (isSameFile(from, target))
			throw new UsageError(`${target} is the medium that is to be copied`, {
				hint: 'Give the copy another name.',
			});
		if (!options.force) refuseExisting([target]);
		const given = givenKernelArguments(karg, 'disk iso --karg');
		const kernelArguments = given.length === 0 ? undefined : given.map(({argument}) => argument);
		using progress = await context.startProgress(options);
		const {answers, embedded: config} = await readMediumConfig(context, options, progress.report);
		if (holdsSecrets(answers)) process.umask(0o077);
		const system = await context.system();
		const changes = {config, kernelArguments};
		await writeWhole(target, (file) =>
			customizeIso(system, from, changes, file, progress.report, context.signal),
		);
		progress[Symbol.dispose]();
		context.print(
			options.json
				? JSON.stringify({version: 1, media: [target]}, undefined, 2)
				: `${target} is ${from}, customised`,
		);
		return exitStatus.ok;
	},
});

function isSameFile(one: string, other: string): boolean {
	return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}
