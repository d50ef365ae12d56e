import {physicalRoot} from '../../../engine/deployment/read-status.ts';
import {type MachineReport, verifyMachine} from '../../../engine/deployment/verify-machine.ts';
import {exitStatus} from '../../../engine/errors.ts';
import type {StoreProblem} from '../../../engine/store/verify.ts';
import type {UnusableLayer} from '../../../engine/store/verify-layers.ts';
import {defineCommand, progressOptions} from '../command.ts';
import {formatCounted, formatSize} from '../format.ts';

export const command = defineCommand({
	description: [
		'Reads every object and image that the machine keeps, compares it with the digest that names it, and looks for what deployments need and is not there. Names what is damaged and which deployments use it. Changes nothing.',
		'It also looks for what has no fs-verity, which the kernel therefore does not check when it is read, or refuses to read. Where the file system has no fs-verity at all, such files are only counted.',
		'Records of layers are read too. One that is damaged, or whose objects are not all there, harms nothing that runs: the layer is fetched again when an image has it.',
	],
	options: {
		json: {type: 'boolean', help: 'Print the report as JSON.'},
		...progressOptions,
	},
	positionals: {
		ROOT: {
			optional: true,
			help: `Physical root of a machine; ${physicalRoot}, that of this one, when left out.`,
		},
	},
	examples: [
		['slipway verify', 'Check this machine.'],
		['slipway verify /mnt', 'Check a disk of another one, mounted on /mnt.'],
	],
	exitStatuses: {[exitStatus.damaged]: 'Something is damaged, missing, or lacks fs-verity.'},
	async run(context, {options, positionals}) {
		const root = positionals.ROOT ?? physicalRoot;
		using progress = await context.startProgress(options);
		const report = await verifyMachine(await context.system(), root, progress.report);
		progress[Symbol.dispose]();
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, ...report}, undefined, 2)]
				: formatReport(report)),
		);
		return countProblems(report) > 0 ? exitStatus.damaged : exitStatus.ok;
	},
});

function countProblems({problems, unreadableDeployments, unusableLayers}: MachineReport): number {
	// An incomplete layer is no damage of its own: what it lacks was counted, or nothing else uses it.
	const damaged = unusableLayers.filter(({kind}) => kind === 'damaged');
	return problems.length + unreadableDeployments.length + damaged.length;
}

function formatReport(report: MachineReport): string[] {
	const {objects, images, layers, bytes, problems, unreadableDeployments, withoutVerity} = report;
	const counts = [
		formatCounted(objects, 'object'),
		...(layers === 0 ? [] : [formatCounted(layers, 'layer record')]),
	].join(', ');
	const checked = `${counts} and ${formatCounted(images, 'image')}, ${formatSize(bytes)}`;
	const count = countProblems(report);
	return [
		...unreadableDeployments.flatMap(({id, problem}) => [
			`unreadable deployment: ${id}`,
			`  ${problem}`,
		]),
		...formatProblems(problems),
		...report.unusableLayers.flatMap(formatUnusableLayer),
		...(withoutVerity.length === 0
			? []
			: [`${formatCounted(withoutVerity.length, 'file')} without fs-verity`]),
		count === 0
			? `all is as it should be: ${checked}`
			: `${formatCounted(count, 'problem')} in ${checked}`,
	];
}

/** More tell nobody more. */
const maxShown = 50;

function formatProblems(problems: readonly StoreProblem[]): string[] {
	const left = problems.length - maxShown;
	return [
		...problems.slice(0, maxShown).flatMap(formatProblem),
		...(left > 0 ? [`and ${formatCounted(left, 'more problem')}; --json has all`] : []),
	];
}

function formatProblem({kind, subject, path, deployments}: StoreProblem): string[] {
	const users = deployments.length === 0 ? 'no deployment' : `deployment ${deployments.join(', ')}`;
	const what = kind === 'unprotected' ? `${subject} without fs-verity` : `${kind} ${subject}`;
	return [`${what}: ${path}`, `  used by ${users}`];
}

function formatUnusableLayer({kind, path, objects}: UnusableLayer): string[] {
	const lacking = `${formatCounted(objects.length, 'object')} missing; `;
	return [
		`${kind} layer record: ${path}`,
		`  ${kind === 'incomplete' ? lacking : ''}the layer is fetched again when an image has it`,
	];
}
