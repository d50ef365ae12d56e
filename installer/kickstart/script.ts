import type {Script} from '../answers/answers.ts';
import {type OptionTable, parseOptions} from './options.ts';
import type {Report} from './report.ts';
import type {SectionStatement} from './statements.ts';

const scriptOptions = {
	interpreter: 'text',
	log: {kind: 'text', also: ['logfile']},
	erroronfail: 'flag',
} as const satisfies OptionTable;
const postOptions = {...scriptOptions, nochroot: 'flag'} as const satisfies OptionTable;

const noWords = {least: 0, most: 0, what: 'options alone'};

/** Anaconda lets scripts run as long as they like; nobody would notice one that hangs. */
const timeoutSeconds = 600;

/** One, or none when there is nothing in the section. */
export function readScript(section: SectionStatement, report: Report): readonly Script[] {
	const isPost = section.name === '%post';
	const {words, at} = section;
	const {options} = parseOptions(isPost ? postOptions : scriptOptions, noWords, words, at, report);
	const text = section.body.map((line) => `${line.text}\n`).join('');
	if (text.trim() === '') return [];
	const outside = 'nochroot' in options && options.nochroot !== undefined;
	return [
		{
			text,
			interpreter: options.interpreter?.value ?? '/bin/sh',
			chroot: isPost && !outside,
			required: options.erroronfail !== undefined,
			timeoutSeconds,
			log: options.log?.value,
		},
	];
}
