import path from 'node:path';
import {exitStatus} from '../../../engine/errors.ts';
import type {ProgressReporter} from '../../../engine/progress.ts';
import {printableText} from '../../../engine/tree/printable.ts';
import type {DiskManifest} from '../../../installer/output/manifest/manifest.ts';
import {readManifestOf} from '../../../installer/output/manifest/read-manifest.ts';
import type {DeploymentSummary, DiskReport, Finding} from '../../../installer/verify/report.ts';
import {verifyDisk} from '../../../installer/verify/verify-disk.ts';
import {defineCommand, progressOptions} from '../command.ts';
import {formatCounted, formatSize} from '../format.ts';

export const command = defineCommand({
	description: [
		'Reads all of a disk that slipway made, and lists what is on it that is neither an object of its image, nor one of its boot files, nor what its manifest says the machine got besides: files that are there and should not be, are missing, or are not what they should be. Of a disk as it was made that is nothing. Needs no privileges, mounts nothing and writes nothing.',
		'What should be there follows from the image on the disk, which is named by its digest: compare that with what slipway digest prints for the image that you mean. What the configuration of the installation brought (users, keys, files) is told by the manifest that slipway disk writes beside the disk; without it, all of that is listed.',
		'A disk that a machine has been started from has changed since, and its log files and the like are listed.',
	],
	options: {
		manifest: {
			type: 'string',
			value: 'FILE',
			help: 'The manifest of the disk; when left out, the one beside it, if there is one.',
		},
		json: {type: 'boolean', help: 'Print the report as JSON.'},
		...progressOptions,
	},
	positionals: {FILE: {help: 'A disk image, raw or qcow2, or a block device.'}},
	examples: [
		['slipway disk verify myos.qcow2', 'Check an image, with myos.manifest.json.'],
		['slipway disk verify /dev/sdb', 'Check a disk that an image was written to.'],
	],
	exitStatuses: {
		[exitStatus.damaged]: 'Something was found, or it is no disk.',
		[exitStatus.refused]:
			'It cannot be verified: another format, a root that is encrypted or not ext4, not closed properly, or not of slipway.',
	},
	async run(context, {options, positionals: {FILE: disk}}) {
		const manifest = readManifestOf(disk, options.manifest);
		using progress = await context.startProgress(options);
		// One that was named is meant.
		if (options.manifest === undefined && manifest !== undefined)
			warnOfOthers(manifest, disk, progress.report);
		const {signal} = context;
		const system = await context.system();
		const report = await verifyDisk(system, {path: disk, manifest, signal}, progress.report);
		progress[Symbol.dispose]();
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, ...report}, undefined, 2)]
				: formatReport(report)),
		);
		return report.findings.length > 0 ? exitStatus.damaged : exitStatus.ok;
	},
});

/** A later disk of the same name may have replaced the manifest. */
function warnOfOthers({outputs}: DiskManifest, disk: string, report: ProgressReporter): void {
	const name = path.basename(disk);
	const names = outputs.map(({file}) => file);
	if (names.length === 0 || names.includes(name)) return;
	report({
		type: 'warning',
		code: 'other-manifest',
		message: `the manifest beside it is of ${names.join(', ')}, and may be of another disk than ${name}`,
		hint: 'Name the manifest that was made with it: --manifest FILE.',
	});
}

/** More tell nobody more. */
const maxShown = 50;

function formatReport(report: DiskReport): string[] {
	const {findings, deployments, files, objects, bytes, hasManifest} = report;
	const left = findings.length - maxShown;
	const checked = `${formatCounted(files, 'file')}, ${formatCounted(objects, 'object')} among them, ${formatSize(bytes)}`;
	return [
		...findings.slice(0, maxShown).map(formatFinding),
		...(left > 0 ? [`and ${formatCounted(left, 'more finding')}; --json has all`] : []),
		...deployments.flatMap(formatDeployment),
		...(hasManifest ? [] : ['no manifest: what the machine got besides its image is listed']),
		findings.length === 0
			? `nothing is left over: ${checked}`
			: `${formatCounted(findings.length, 'finding')} in ${checked}`,
	];
}

function formatFinding({kind, partition, path, problem}: Finding): string {
	const where = partition === undefined ? '' : `partition ${partition}: `;
	return `${kind}: ${where}${printableText(path)} ${problem}`;
}

function formatDeployment({
	id,
	image,
	imageDigest,
	givenKernelArguments,
}: DeploymentSummary): string[] {
	return [
		`deployment ${id} of ${printableText(image ?? 'an image that nobody named')}`,
		`  image digest: ${imageDigest}`,
		...(givenKernelArguments.length === 0
			? []
			: [`  kernel arguments given: ${printableText(givenKernelArguments.join(' '))}`]),
	];
}
