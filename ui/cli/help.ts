/** Help pages, all from the definitions that the command line is parsed by. */
import {exitStatus} from '../../engine/errors.ts';
import type {Command, OptionDefinition, OptionDefinitions} from './command.ts';
import type {CommandEntry} from './command-line.ts';
import {formatDefinitions, pageWidth, wrapText} from './format.ts';

const helpOption = {type: 'boolean', short: 'h', help: 'Show this help.'} as const;

/** In the order of their numbers; the same everywhere, also in the README. */
export const exitStatusMeanings: Readonly<Record<number, string>> = {
	[exitStatus.ok]: 'Done as asked.',
	[exitStatus.failed]: 'It was tried and failed, or slipway itself has a defect.',
	[exitStatus.usage]: 'The command line or a file of settings is wrong.',
	[exitStatus.refused]: 'A check before the first write said no; nothing was changed.',
	[exitStatus.damaged]: 'Data is damaged, hostile or not what it claims to be.',
	[exitStatus.lacking]: 'A privilege, kernel feature or program is missing; nothing was changed.',
	75: 'auto-update: something was put off, and is tried again.',
	77: 'upgrade, switch: there is nothing new.',
	100: 'upgrade --check, switch --check: there is an update.',
	130: 'Ended by SIGINT (Ctrl+C).',
	143: 'Ended by SIGTERM.',
};

export function formatOverview(table: readonly CommandEntry[], group?: string): string[] {
	const shown = table.filter(
		({name, isInternal}) => !isInternal && (group === undefined || name.startsWith(`${group} `)),
	);
	return [
		`Usage: slipway ${group === undefined ? '' : `${group} `}COMMAND [ARGUMENTS]`,
		'',
		...wrapText(
			'Slipway turns an OCI container image into a machine: the image installs itself on a disk.',
			pageWidth,
		),
		'',
		'Commands:',
		...formatDefinitions(shown.map(({name, summary}) => [name, summary])),
		'',
		'Options:',
		...formatDefinitions(
			describeOptions({
				help: {...helpOption, help: 'Show this help, or that of the command before it.'},
				version: {type: 'boolean', short: 'V', help: 'Print the version.'},
			}),
		),
		'',
		"More: 'slipway help COMMAND', and 'slipway help exit-status' for its statuses.",
	];
}

export function formatCommandHelp({name, summary}: CommandEntry, command: Command): string[] {
	const positionals = Object.entries(command.positionals);
	return [
		...usageLines(name, command),
		'',
		`${summary}.`,
		...command.description.flatMap((paragraph) => ['', ...wrapText(paragraph, pageWidth)]),
		...section('Arguments', formatDefinitions(positionals.map(([name, {help}]) => [name, help]))),
		...section(
			'Options',
			formatDefinitions(describeOptions({...command.options, help: helpOption})),
		),
		...section(
			'Examples',
			command.examples.flatMap(([example, meaning]) => [
				...example.split('\n').map((line) => `  ${line}`),
				...wrapText(meaning, pageWidth - 6).map((line) => `      ${line}`),
			]),
		),
		...section('Exit status', exitStatusLines(command.exitStatuses ?? {})),
	];
}

export function formatExitStatusTopic(): string[] {
	return [
		'What slipway exits with:',
		'',
		...formatDefinitions(Object.entries(exitStatusMeanings)),
		'',
		...wrapText(
			'These never change their meaning. Every error names its cause, and most a next step. Set SLIPWAY_DEBUG=1 to see where in the program an error came from.',
			pageWidth,
		),
	];
}

function exitStatusLines(own: Readonly<Record<number, string>>): string[] {
	return [
		...formatDefinitions(Object.entries({[exitStatus.ok]: exitStatusMeanings[0] ?? '', ...own})),
		"  For the others see 'slipway help exit-status'.",
	];
}

function section(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : ['', `${title}:`, ...lines];
}

function usageLines(name: string, command: Command): string[] {
	const positionals = Object.entries(command.positionals).map(([name, definition]) => {
		const {optional, multiple, passedOn} = definition;
		if (passedOn) return `[-- ${name}…]`;
		const words = multiple ? `${name}…` : name;
		return optional ? `[${words}]` : words;
	});
	return [['Usage: slipway', name, '[OPTIONS]', ...positionals].join(' ')];
}

/** `-b, --boot`, `    --karg ARGUMENT…`, each with its help and the words it may have. */
function describeOptions(options: OptionDefinitions): [term: string, meaning: string][] {
	return Object.entries(options).map(([name, option]) => [
		`${option.short === undefined ? '   ' : `-${option.short},`} --${name}${describeValue(option)}`,
		option.type === 'string' && option.choices !== undefined
			? `${option.help} One of: ${option.choices.join(', ')}.`
			: option.help,
	]);
}

function describeValue(option: OptionDefinition): string {
	if (option.type === 'boolean') return '';
	const repeats = option.type === 'string' && option.multiple === true;
	return ` ${option.value}${repeats ? '…' : ''}`;
}
