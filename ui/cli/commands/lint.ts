import {stat} from 'node:fs/promises';
import {exitStatus, UsageError} from '../../../engine/errors.ts';
import {rootChecks} from '../../../engine/lint/checks/all.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {type Finding, lint} from '../../../engine/lint/lint.ts';
import {readMountPoints} from '../../../engine/system/mount-points.ts';
import {installerChecks} from '../../../installer/image-checks.ts';
import {defineCommand} from '../command.ts';
import {formatCounted, pageWidth, wrapText} from '../format.ts';

export const command = defineCommand({
	description: [
		'Looks at the root file system of an image for what would keep it from installing or booting (errors), for what would disappoint on the machine (warnings) and for what is worth knowing (notes). Each finding says why it matters and what to write in the Containerfile.',
		'As the last step of a build, it stops the build of an image that would not boot.',
	],
	options: {
		json: {type: 'boolean', help: 'Print the findings as JSON.'},
		'fatal-warnings': {type: 'boolean', help: 'Warnings end with exit status 3 too.'},
	},
	positionals: {
		ROOT: {help: 'Folder of the unpacked root file system; / when left out.', optional: true},
	},
	examples: [
		['RUN slipway lint', 'In a Containerfile: check what was built so far.'],
		['podman run --rm IMAGE lint', 'Check a finished image.'],
		['slipway lint --json ./rootfs', 'Check an unpacked root file system, for a program.'],
	],
	exitStatuses: {
		[exitStatus.refused]: 'There are errors, or with --fatal-warnings, warnings.',
	},
	async run(context, {options, positionals}) {
		const folder = positionals.ROOT ?? '/';
		if (!(await stat(folder)).isDirectory())
			throw new UsageError(`${folder} is not a folder`, {
				hint: 'Name the folder of an unpacked root file system.',
			});
		const covered = new Set(folder === '/' ? readMountPoints() : []);
		const findings = await lint(new ImageRoot(folder, covered), [
			...rootChecks,
			...installerChecks,
		]);
		context.print(...(options.json ? [formatJson(findings)] : formatFindings(findings)));
		const fatal = options['fatal-warnings'] ? ['error', 'warning'] : ['error'];
		return findings.some(({severity}) => fatal.includes(severity))
			? exitStatus.refused
			: exitStatus.ok;
	},
});

function formatJson(findings: readonly Finding[]): string {
	return JSON.stringify({version: 1, findings}, undefined, 2);
}

/** What one check found stands together, with why and fix said once. */
function formatFindings(findings: readonly Finding[]): string[] {
	const groups = Map.groupBy(findings, ({severity, check}) => `${severity} ${check}`);
	const lines = [...groups.values()].flatMap((group) => [
		...group.flatMap(({severity, message, check}) =>
			wrapText(`${severity}: ${message} [${check}]`, pageWidth),
		),
		...formatParagraph('why', group[0]?.reason ?? ''),
		...formatParagraph('fix', group[0]?.fix ?? ''),
		'',
	]);
	return [...lines, formatSum(findings)];
}

function formatParagraph(label: string, text: string): string[] {
	const [first = '', ...rest] = wrapText(text, pageWidth - 7);
	return [`  ${label}: ${first}`, ...rest.map((line) => `       ${line}`)];
}

function formatSum(findings: readonly Finding[]): string {
	const count = (wanted: string) => findings.filter(({severity}) => severity === wanted).length;
	return [
		formatCounted(count('error'), 'error'),
		formatCounted(count('warning'), 'warning'),
		formatCounted(count('note'), 'note'),
	].join(', ');
}
