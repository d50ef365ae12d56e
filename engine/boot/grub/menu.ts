/**
 * GRUB's menu, `grub.cfg`, made of loader entries: GRUB knows no such entries by itself. It boots what
 * systemd-boot would: the highest sequence with attempts left, and without any just the highest. Where a kernel
 * cannot be loaded, the next of them is tried at once. Where the environment block is lost, no attempt can be counted,
 * and one that is not known to be good would be started for ever: then those come first that are.
 */
import {splitCommandLine} from '../command-line.ts';
import type {LoaderEntry} from '../loader-entry.ts';
import {type BootContents, type EntryFile, sortEntries} from '../systemd-boot-contents.ts';
import {menuTimeoutSec} from '../systemd-boot-files.ts';
import {attemptsVariable, grantedAttempts} from './attempts.ts';

/** The first line, by which a menu is known that slipway may replace. */
export const menuMark =
	'# Made by slipway of loader/entries, and made again whenever those change.\n';

/**
 * On the kernel's command line where GRUB counts the boots of an entry: which attempt this is. With systemd-boot
 * a variable of the firmware tells.
 */
export const attemptParameter = 'slipway.attempt';

/** The entries of a menu, highest sequence first. A crash may have left two files for one deployment. */
export function menuEntries(contents: BootContents): readonly EntryFile[] {
	const {own} = sortEntries(contents);
	const byId = new Map<string, EntryFile>();
	for (const entry of own.toSorted((a, b) => a.sequence - b.sequence))
		byId.set(entry.deploymentId, entry);
	return [...byId.values()].toSorted((a, b) => b.sequence - a.sequence);
}

/** @param loaderSettings text of loader.conf, whose timeout holds here too */
export function formatMenu(entries: readonly EntryFile[], loaderSettings = ''): string {
	return [
		menuMark.trimEnd(),
		...consoleLines,
		// Without a block there is nothing to count in.
		'if load_env; then set counts=yes; fi',
		`set timeout=${menuTimeout(loaderSettings)}`,
		...entries.flatMap(rankLines),
		...chooseLines,
		...entries.flatMap(entryLines),
		'',
	].join('\n');
}

/** One thing to boot, of a medium. Paths are from the root of its file system. */
export interface MediumEntry extends Pick<LoaderEntry, 'linux' | 'initrd' | 'options'> {
	readonly title: string;
}

/** A menu that is not changed any more, and counts nothing; the first entry is booted when nobody picks one. */
export function formatMediumMenu(entries: readonly MediumEntry[], timeoutSec: number): string {
	return [
		...consoleLines,
		`set timeout=${timeoutSec}`,
		...entries.flatMap(({title, ...entry}) => [
			`menuentry ${quote(title)} {`,
			...kernelLines(entry),
			'}',
		]),
		'',
	].join('\n');
}

/** A screen, and a serial line where there is one. */
const consoleLines = [
	'if serial --unit=0 --speed=115200; then',
	'	terminal_input console serial',
	'	terminal_output console serial',
	'fi',
];

/** Seconds; -1 waits for somebody. */
function menuTimeout(loaderSettings: string): number {
	const [, value] = /^timeout[ \t]+(\S+)[ \t]*$/m.exec(loaderSettings) ?? [];
	if (value === undefined) return menuTimeoutSec;
	if (value === 'menu-force') return -1;
	return /^\d{1,6}$/.test(value) ? Number(value) : 0;
}

/** Puts the number of an entry behind those of its kind, and finds out how often it was tried. */
function rankLines(entry: EntryFile, index: number): string[] {
	const {tries} = entry;
	if (tries === undefined) return [`set good="$good ${index}"`];
	const {done} = tries;
	const granted = grantedAttempts(tries);
	const counted = range(done + 1, granted + 1).join(' ');
	const variable = attemptsVariable(entry);
	return [
		`set made=${done}`,
		`for made_now in ${counted}; do if [ "$${variable}" = "$made_now" ]; then set made="$made_now"; fi; done`,
		`set made_${index}="$made"`,
		`if [ "$made" = ${granted} -o "$made" = ${granted + 1} ]; then set spent="$spent ${index}"; elif [ "$counts" = yes ]; then set good="$good ${index}"; else set uncounted="$uncounted ${index}"; fi`,
	];
}

const chooseLines = [
	'for number in $good $uncounted $spent; do',
	'	if [ -z "$default" ]; then set default="$number"; else set fallback="$fallback $number"; fi',
	'done',
];

function entryLines(entry: EntryFile, index: number): string[] {
	const {title, deploymentId, entry: file} = entry;
	const {counting, argument} = countingOf(entry, index);
	return [
		`menuentry ${quote(title)} --id slipway-${deploymentId} {`,
		...counting.map((line) => `	${line}`),
		...kernelLines(file, argument),
		'}',
	];
}

function kernelLines(
	{linux, initrd, options}: Pick<LoaderEntry, 'linux' | 'initrd' | 'options'>,
	more: readonly string[] = [],
): string[] {
	const words = [linux, ...splitCommandLine(options).map(withoutQuotes)].map(quote);
	return [
		`	linux ${[...words, ...more].join(' ')}`,
		...(initrd.length === 0 ? [] : [`	initrd ${initrd.map(quote).join(' ')}`]),
	];
}

/** The attempt is on the disk before the kernel is loaded. */
function countingOf(
	entry: EntryFile,
	index: number,
): {readonly counting: readonly string[]; readonly argument: readonly string[]} {
	if (entry.tries === undefined) return {counting: [], argument: []};
	const {done} = entry.tries;
	const last = grantedAttempts(entry.tries) + 1;
	const variable = attemptsVariable(entry);
	const counting = [
		`set ${variable}=${last}`,
		...range(done, last - 1).map(
			(made) => `if [ "$made_${index}" = ${made} ]; then set ${variable}=${made + 1}; fi`,
		),
		`save_env ${variable}`,
	];
	return {counting, argument: [`${attemptParameter}="$${variable}"`]};
}

/** GRUB puts quotes around a word that has spaces in it, which says the same to the kernel. */
function withoutQuotes(argument: string): string {
	return argument.replaceAll('"', '');
}

/** In single quotes GRUB's parser takes everything as it is. */
function quote(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}

function range(first: number, last: number): number[] {
	return Array.from({length: Math.max(0, last - first + 1)}, (_, index) => first + index);
}
