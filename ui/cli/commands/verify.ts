import path from 'node:path';
import {deploymentsByImage} from '../../../engine/deployment/images-in-use.ts';
import {physicalRoot} from '../../../engine/deployment/read-status.ts';
import {listDeployments} from '../../../engine/deployment/state-directory.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {openStore} from '../../../engine/store/store.ts';
import type {StoreProblem, StoreReport} from '../../../engine/store/verify.ts';
import {defineCommand, progressOptions} from '../command.ts';
import {formatCounted, formatSize} from '../format.ts';

export const command = defineCommand({
	description: [
		'Reads every object and image that the machine keeps, compares it with the digest that names it, and looks for what deployments need and is not there. Names what is damaged and which deployments use it. Changes nothing.',
		'It also counts what has no fs-verity, which the kernel therefore does not check when it is read.',
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
	exitStatuses: {[exitStatus.damaged]: 'Something is damaged or missing.'},
	async run(context, {options, positionals}) {
		const root = positionals.ROOT ?? physicalRoot;
		const store = openStore(await context.system(), path.join(root, 'composefs'));
		const deployments = deploymentsByImage(await listDeployments(root));
		using progress = await context.startProgress(options);
		const report = await store.verify({deployments, progress: progress.report});
		progress[Symbol.dispose]();
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, ...report}, undefined, 2)]
				: formatReport(report)),
		);
		return report.problems.length > 0 ? exitStatus.damaged : exitStatus.ok;
	},
});

function formatReport({objects, images, bytes, problems, withoutVerity}: StoreReport): string[] {
	const checked = `${formatCounted(objects, 'object')} and ${formatCounted(images, 'image')}, ${formatSize(bytes)}`;
	return [
		...problems.flatMap(formatProblem),
		...(withoutVerity.length === 0
			? []
			: [`${formatCounted(withoutVerity.length, 'file')} without fs-verity`]),
		problems.length === 0
			? `all is as it should be: ${checked}`
			: `${formatCounted(problems.length, 'problem')} in ${checked}`,
	];
}

function formatProblem({kind, subject, path, deployments}: StoreProblem): string[] {
	const users = deployments.length === 0 ? 'no deployment' : `deployment ${deployments.join(', ')}`;
	return [`${kind} ${subject}: ${path}`, `  used by ${users}`];
}
