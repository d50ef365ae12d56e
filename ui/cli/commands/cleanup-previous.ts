import {createInterface} from 'node:readline/promises';
import {exitStatus, Refused} from '../../../engine/errors.ts';
import {
	type CleanedPrevious,
	cleanPrevious,
	findPrevious,
	type PreviousFiles,
} from '../../../installer/takeover/cleanup-previous.ts';
import {type CommandContext, defineCommand} from '../command.ts';
import {formatCounted, formatSize} from '../format.ts';
import {changeOptions, runChange} from '../machine-change.ts';

export const command = defineCommand({
	description: [
		"Removes the system that this machine had before install to-existing-root: what starts it, its files on the boot partitions, and all on the disk of the root that is neither slipway's nor in use by the new system, such as homes. It lists them first, and asks. Other file systems are not touched.",
		'The running deployment has to be known to be good, for there is no way back. Killed anywhere, it is run again.',
	],
	options: {
		yes: {type: 'boolean', short: 'y', help: 'Do not ask.'},
		...changeOptions,
	},
	positionals: {},
	examples: [
		[
			'slipway cleanup-previous --dry-run',
			'See what would go, and how much room there is to gain.',
		],
	],
	exitStatuses: {
		[exitStatus.refused]:
			'There is no such system, or it may still be needed; nothing was removed.',
	},
	cleansUp: true,
	async run(context, {options}) {
		const dryRun = options['dry-run'];
		if (!dryRun && !options.yes) await confirm(context, options.json);
		const cleaned = await runChange(context, {name: 'cleanup-previous', options}, cleanPrevious);
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, dryRun, ...cleaned}, undefined, 2)]
				: formatCleaned(cleaned, dryRun)),
		);
		return exitStatus.ok;
	},
});

/** @throws Refused `not-confirmed` when nobody can be asked, or says no */
async function confirm(context: CommandContext, isJson: boolean): Promise<void> {
	const found = await findPrevious(await context.system());
	if (isJson || !process.stdin.isTTY || !process.stdout.isTTY)
		throw new Refused('not-confirmed', `nobody said that ${found.title} may be removed`, {
			hint: 'See what goes with --dry-run, and give --yes.',
		});
	context.print(...formatFound(found));
	const terminal = createInterface({input: process.stdin, output: process.stdout});
	const answer = await terminal
		.question('Type yes to remove them: ', {signal: context.signal})
		.finally(() => terminal.close());
	if (answer.trim() === 'yes') return;
	throw new Refused('not-confirmed', 'nothing was removed');
}

function formatFound({title, names, bootFiles, keeps}: PreviousFiles): string[] {
	return [
		`${title}, in /sysroot:`,
		...names.map((name) => `  ${name}`),
		'on the boot partitions:',
		...bootFiles.map((file) => `  ${file}`),
		...(keeps.length === 0 ? [] : [`stays, for it is in use: ${keeps.join(', ')}`]),
	];
}

function formatCleaned(cleaned: CleanedPrevious, dryRun: boolean): string[] {
	const {title, files, bytes, freed} = cleaned;
	const counted = formatCounted(files, 'file');
	return dryRun
		? [...formatFound(cleaned), `would remove ${counted}: ${formatSize(bytes)}`]
		: [`removed ${title}: ${counted}, ${formatSize(freed)} freed`];
}
