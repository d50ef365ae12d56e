import {collectMachine, type MachineGarbage} from '../../../engine/deployment/collect-machine.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {defineCommand} from '../command.ts';
import {formatCounted, formatSize} from '../format.ts';
import {changeOptions, runChange} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		'Removes the deployments that nothing keeps, then the images, records of layers and objects that no deployment uses. The booted deployment, the staged one, the one to roll back to, those that are pinned and those whose loader entry cannot be read are kept, and for 30 days the layers that upgrade --download-only brought. Updates do this by themselves.',
	],
	options: changeOptions,
	positionals: {},
	examples: [['slipway gc --dry-run', 'See how much room there is to gain.']],
	cleansUp: true,
	async run(context, {options}) {
		const dryRun = options['dry-run'];
		const garbage = await runChange(context, {name: 'gc', options}, collectMachine);
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, dryRun, ...garbage}, undefined, 2)]
				: formatGarbage(garbage, dryRun)),
		);
		return exitStatus.ok;
	},
});

function formatGarbage(garbage: MachineGarbage, dryRun: boolean): string[] {
	const {damagedEntries, deployments, images, layers, objects, bytes} = garbage;
	const what = [
		formatCounted(deployments.length, 'deployment'),
		formatCounted(images.length, 'image'),
		formatCounted(layers.length, 'layer record'),
		formatCounted(objects.length, 'object'),
	].join(', ');
	return [
		...damagedEntries.map(
			({problem}) => `left alone, with its deployment: loader entry ${problem}`,
		),
		`${dryRun ? 'would remove' : 'removed'} ${what}: ${formatSize(bytes)}`,
	];
}
