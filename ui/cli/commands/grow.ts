import {exitStatus} from '../../../engine/errors.ts';
import {growMachine} from '../../../installer/grow/grow-machine.ts';
import {defineCommand} from '../command.ts';
import {describeGrowth, formatGrowth} from '../growth.ts';
import {changeOptions, runChange} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		'Gives the root all of the disk that it is on, where that has become larger: the partition and its file system, while they are in use. A disk image does so by itself at its first boot; this is for a virtual disk that was enlarged later.',
		'Only the last partition of a GPT can grow. Nothing else on the disk is changed. Killed anywhere, it is run again. A root that is mirrored is refused, and so is one with another partition behind it. One that is encrypted, and not unlocked by a TPM2 alone, grows after a restart.',
	],
	options: changeOptions,
	positionals: {},
	examples: [['slipway grow --dry-run', 'See how much room there is to gain.']],
	exitStatuses: {
		[exitStatus.refused]: 'This root cannot grow; nothing was changed.',
	},
	cleansUp: true,
	async run(context, {options}) {
		const dryRun = options['dry-run'];
		const plan = await runChange(context, {name: 'grow', options}, growMachine);
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, dryRun, ...describeGrowth(plan)}, undefined, 2)]
				: formatGrowth(plan, {dryRun})),
		);
		return exitStatus.ok;
	},
});
