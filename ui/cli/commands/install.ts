import {exitStatus} from '../../../engine/errors.ts';
import {rootFileSystems} from '../../../installer/disk/layout-settings.ts';
import {installMachine} from '../../../installer/install.ts';
import type {InstallPlan} from '../../../installer/plan.ts';
import {formatPlan} from '../../../installer/plan-text.ts';
import {defineCommand, progressOptions} from '../command.ts';

export const command = defineCommand({
	description: [
		'Writes the image that this runs from onto a disk, so that the disk boots as a machine of its own. In a container: podman run --privileged IMAGE install /dev/sda. Nothing else needs to be handed in.',
		'Everything is checked before the first write: what is on the disk, whether it is in use, its size, the privileges. A disk that holds anything is refused unless --wipe is given. After a failure the disk says that it is not a finished install; running it again works.',
	],
	options: {
		wipe: {type: 'boolean', help: 'Destroy what is on the disk.'},
		'dry-run': {type: 'boolean', short: 'n', help: 'Check, print the plan, write nothing.'},
		'target-image': {
			type: 'string',
			value: 'REFERENCE',
			help: 'Where the machine gets its updates, such as registry.example.com/myos:latest. When left out, the reference that the container was started from, or the one that the image names.',
		},
		'root-fs': {
			type: 'string',
			value: 'TYPE',
			choices: rootFileSystems,
			help: 'File system of the root; what the image says when left out.',
		},
		karg: {
			type: 'string',
			value: 'ARGUMENT',
			multiple: true,
			help: 'Add a kernel argument to those of the image, as in --karg=console=ttyS0. May be given several times.',
		},
		json: {type: 'boolean', help: 'Print the plan as JSON.'},
		...progressOptions,
	},
	positionals: {DEVICE: {help: 'The disk: a block device, or a plain file of the size wanted.'}},
	examples: [
		['podman run --privileged IMAGE install /dev/sda', 'Install on an empty disk.'],
		[
			'podman run --privileged IMAGE install --dry-run --wipe /dev/sda',
			'See what would be destroyed and made.',
		],
	],
	exitStatuses: {
		[exitStatus.failed]: 'It failed on the way; the disk is not a finished install.',
		[exitStatus.refused]: 'The disk or the image will not do; nothing was changed.',
		[exitStatus.lacking]: 'A privilege or program is missing; nothing was changed.',
	},
	cleansUp: true,
	async run(context, {options, positionals}) {
		const dryRun = options['dry-run'];
		using progress = await context.startProgress(options);
		const {plan} = await installMachine(
			await context.system(),
			{
				disk: positionals.DEVICE,
				wipe: options.wipe,
				targetImage: options['target-image'],
				rootFileSystem: options['root-fs'],
				kernelArguments: options.karg,
				dryRun,
				signal: context.signal,
			},
			progress.report,
		);
		progress[Symbol.dispose]();
		if (options.json) context.print(JSON.stringify(plan, undefined, 2));
		else if (dryRun) context.write(formatPlan(plan));
		else context.print(formatSuccess(plan));
		return exitStatus.ok;
	},
});

function formatSuccess({disks: [disk], image, deployment}: InstallPlan): string {
	return `${disk.path} boots ${image.reference ?? 'the image'} now, as deployment ${deployment.id}`;
}
