import type {KernelArgumentEdit} from '../../engine/boot/edit-kernel-arguments.ts';
import {isSameArgument, type KernelArgument} from '../../engine/boot/kernel-argument.ts';
import {
	changeKernelArguments,
	type KernelArgumentsReport,
} from '../../engine/deployment/change-kernel-arguments.ts';
import {exitStatus} from '../../engine/errors.ts';
import {formatChange} from './change-text.ts';
import type {Arguments, CommandContext} from './command.ts';
import {type changeOptions, runChange} from './machine-change.ts';

/** What `slipway kargs add`, `remove`, `replace` and `apply` do; the last has no edit. */
export async function editArguments(
	context: CommandContext,
	{options}: Pick<Arguments<typeof changeOptions, Record<never, never>>, 'options'>,
	edit?: KernelArgumentEdit,
): Promise<number> {
	const dryRun = options['dry-run'];
	const name = `kargs ${edit?.kind ?? 'apply'}`;
	const report = await runChange(context, {name, options}, (system, change) =>
		changeKernelArguments(system, edit, change),
	);
	context.print(
		...(options.json
			? [JSON.stringify({version: 1, dryRun, ...report}, undefined, 2)]
			: formatArgumentsChange(report, {dryRun, ...(edit && {edit})})),
	);
	return exitStatus.ok;
}

export function formatArgumentsChange(
	report: KernelArgumentsReport,
	{dryRun, edit}: {readonly dryRun: boolean; readonly edit?: KernelArgumentEdit},
): string[] {
	const {added, dropped, changedFile, changed} = report;
	return [
		...(changed || edit === undefined ? [] : edit.arguments.map(whyUnchanged(report, edit.kind))),
		...formatArguments(dropped, '- '),
		...formatArguments(added, '+ '),
		...(changedFile === null ? [] : [`${dryRun ? 'would change' : 'changed'}: ${changedFile}`]),
		...formatChange(report, {dryRun}),
	];
}

/** One line each, sources below each other. */
export function formatArguments(all: readonly KernelArgument[], head = ''): string[] {
	const width = Math.max(0, ...all.map(({argument}) => argument.length));
	return all.map(({argument, source}) => `${head}${argument.padEnd(width)}  ${source}`);
}

function whyUnchanged(
	{kernelArguments}: KernelArgumentsReport,
	kind: KernelArgumentEdit['kind'],
): (text: string) => string {
	if (kind === 'remove') return (text) => `${text} is not set`;
	return (text) => {
		const found = kernelArguments.find(({argument}) => isSameArgument(argument, text));
		return `${text} is set already${found === undefined ? '' : `: ${found.source}`}`;
	};
}
