import {updateBootLoader} from '../../../engine/deployment/update-boot-loader.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {formatBootLoaderUpdate} from '../boot-loader.ts';
import {defineCommand} from '../command.ts';
import {changeOptions, runChange} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		'Replaces the copies of systemd-boot on the ESP that are older than the one of the running image, one after the other. Done at each boot, as soon as the deployment is known to be good; until then nothing is changed.',
		'On a disk that a BIOS starts, GRUB becomes that of the image, at the same time.',
		'As with bootctl update, a copy of the same version or a newer one stays, and so does what is not systemd-boot. A signed copy is only replaced by a signed one.',
	],
	options: changeOptions,
	positionals: {},
	examples: [['slipway boot-loader update --dry-run', 'See what the ESP has, and the image.']],
	cleansUp: true,
	async run(context, {options}) {
		const dryRun = options['dry-run'];
		const update = await runChange(
			context,
			{name: 'boot-loader update', options},
			updateBootLoader,
		);
		const {offered = null, isGood, copies, grub = null} = update;
		const described = copies.map(({version = null, ...copy}) => ({...copy, version}));
		context.print(
			...(options.json
				? [
						JSON.stringify(
							{version: 1, dryRun, offered, isGood, copies: described, grub},
							undefined,
							2,
						),
					]
				: formatBootLoaderUpdate(update, {dryRun})),
		);
		return exitStatus.ok;
	},
});
