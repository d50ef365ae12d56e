import {existsSync, realpathSync} from 'node:fs';
import {givenKernelArguments} from '../../../engine/boot/kargs.ts';
import {exitStatus, UsageError} from '../../../engine/errors.ts';
import {holdsSecrets} from '../../../installer/answers/holds-secrets.ts';
import {customizeIso, type MediumChanges} from '../../../installer/output/iso/customize-iso.ts';
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
		'no-config': {type: 'boolean', help: 'Take away the configuration that the medium has.'},
		karg: {
			type: 'string',
			value: 'ARGUMENT',
			multiple: true,
			help: 'A kernel argument of the live system, in place of those that the medium was given. May be given several times.',
		},
		'no-karg': {type: 'boolean', help: 'Take away the kernel arguments that the medium was given.'},
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
		const {customize: from, karg, config: file} = options;
		const {'no-config': withoutConfig, 'no-karg': withoutArguments} = options;
		if (from === undefined)
			throw new UsageError('nobody said which medium to copy', {
				hint: 'Give it with --customize; slipway disk --format iso makes a new one.',
			});
		refuseBoth('config', file !== undefined, withoutConfig);
		refuseBoth('karg', karg.length > 0, withoutArguments);
		if (karg.length === 0 && file === undefined && !withoutConfig && !withoutArguments)
			throw new UsageError('nothing is to become different', {
				hint: 'Give --config, --karg or both, or --no-config, --no-karg.',
			});
		if (isSameFile(from, target))
			throw new UsageError(`${target} is the medium that is to be copied`, {
				hint: 'Give the copy another name.',
			});
		if (!options.force) refuseExisting([target]);
		const given = givenKernelArguments(karg, 'disk iso --karg');
		const isKept = given.length === 0 && !withoutArguments;
		const kernelArguments = isKept ? undefined : given.map(({argument}) => argument);
		using progress = await context.startProgress(options);
		const {report} = progress;
		const {answers, embedded} = await readMediumConfig(context, options, report, {isLive: true});
		if (holdsSecrets(answers)) process.umask(0o077);
		const system = await context.system();
		const config = withoutConfig ? 'none' : embedded;
		const changes: MediumChanges = {config, kernelArguments};
		let effect = '';
		await writeWhole(target, async (unfinished) => {
			const made = await customizeIso(system, from, changes, unfinished, report, context.signal);
			effect = made.text;
		});
		progress[Symbol.dispose]();
		if (options.json) {
			context.print(JSON.stringify({version: 1, media: [target], effect}, undefined, 2));
			return exitStatus.ok;
		}
		context.print(`${target} is ${from}, customised: it ${effect}`);
		const needed = embedded?.imageFiles ?? [];
		if (needed.length > 0) context.print(`Its image has to have ${needed.join(', ')}.`);
		return exitStatus.ok;
	},
});

function refuseBoth(name: string, isGiven: boolean, isTakenAway: boolean): void {
	if (isGiven && isTakenAway)
		throw new UsageError(`--${name} and --no-${name} are given`, {
			hint: `--${name} alone takes the place of what the medium has.`,
		});
}

function isSameFile(one: string, other: string): boolean {
	return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}
