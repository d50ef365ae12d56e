import {Refused} from '../../engine/errors.ts';
import type {Answers} from '../answers/answers.ts';
import {unwrittenAnswers} from '../kickstart/unwritten-answers.ts';
import {refusalsOfUnbuilt, unbuiltKeys} from '../unbuilt-together.ts';
import {nameInTable} from './document.ts';
import type {WrittenValue} from './field.ts';
import {writtenConfig} from './native.ts';

/** Keys that installations heed, each with all below it. */
const supportedKeys: readonly string[] = [
	'version',
	'unattended',
	'arm',
	'disk',
	'storage.wipe',
	'storage.filesystem',
	'storage.esp.size',
	'storage.layout',
	'storage.replace',
	'storage.keep',
	'storage.root',
	'storage.extra',
	'storage.swap',
	'storage.encryption',
	'storage.mirror',
	'image.target',
	'boot.kargs',
	'boot.firmware',
	'system',
	'root',
	'user',
	'group',
	'network',
	'registry',
	'updates',
	'services',
	'files',
	'credentials',
	'cloud-init',
	'scripts',
	'finish',
];

/** Keys, as in slipway's own configuration, that answers have and no installation heeds yet, or not together. */
export function unsupportedAnswers(answers: Answers): readonly string[] {
	return [...unheededKeys(answers), ...unbuiltKeys(answers.storage)].sort();
}

function unheededKeys(answers: Answers): readonly string[] {
	return shortKeys([
		...writtenKeys(answers).filter((key) => !isSupported(key)),
		...unwrittenAnswers(answers),
	]);
}

/** Keys of that configuration that answers say anything with. */
export function saidAnswers(answers: Answers): readonly string[] {
	const keys = writtenKeys(answers).filter((key) => key !== 'version');
	return shortKeys([...keys, ...unwrittenAnswers(answers)]);
}

function writtenKeys(answers: Answers): readonly string[] {
	const {config, leftOut} = writtenConfig(answers);
	return [...saidKeys(config, ''), ...leftOut];
}

function shortKeys(keys: readonly string[]): readonly string[] {
	return [...new Set(keys.map(shortened))].sort();
}

function saidKeys(value: WrittenValue, name: string): string[] {
	if (!isTable(value)) return [name];
	return Object.entries(value).flatMap(([key, inner]) => saidKeys(inner, nameInTable(name, key)));
}

/** `storage.encryption` of what lies deeper, `files` of `files[0].content`. */
function shortened(key: string): string {
	return /^[\w-]+(?:\.(?:[\w-]+|"(?:[^"\\]|\\.)*"))?/.exec(key)?.[0] ?? key;
}

/** @throws Refused `cannot-yet` that names all of them, with advice for each that is only not built together */
export function refuseUnsupported(answers: Answers): void {
	const keys = unsupportedAnswers(answers);
	if (keys.length === 0) return;
	const unheeded = unheededKeys(answers);
	const {storage} = answers;
	const unbuilt = refusalsOfUnbuilt(storage, storage.mirror.length > 0);
	throw new Refused('cannot-yet', `slipway cannot install with these yet: ${keys.join(', ')}`, {
		hint: [
			...(unheeded.length > 0 ? [`Leave ${unheeded.join(', ')} to the installed machine.`] : []),
			...unbuilt.flatMap(({hint}) => hint ?? []),
		].join(' '),
	});
}

function isSupported(key: string): boolean {
	return supportedKeys.some((known) => key === known || key.startsWith(`${known}.`));
}

function isTable(value: WrittenValue): value is {readonly [key: string]: WrittenValue} {
	return typeof value === 'object' && !Array.isArray(value);
}
