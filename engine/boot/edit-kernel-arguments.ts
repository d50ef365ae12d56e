/** What `slipway kargs add`, `remove` and `replace` make of the machine's own file of arguments. */
import {Refused, UsageError} from '../errors.ts';
import {givenKernelArguments} from './kargs.ts';
import type {KernelArgumentSettings} from './kargs-file.ts';
import {isSameArgument, type KernelArgument, matchesArgument} from './kernel-argument.ts';
import {
	applySettings,
	givenToMachine,
	type KernelArgumentSources,
	parseMachineFiles,
} from './kernel-arguments.ts';
import {formatOwnArgumentsFile, ownArgumentsFile} from './machine-kargs.ts';

export interface KernelArgumentEdit {
	readonly kind: 'add' | 'remove' | 'replace';
	/** As typed. */
	readonly arguments: readonly string[];
}

/** The own file, and what stands before and after it. */
interface Surroundings {
	readonly before: readonly KernelArgument[];
	readonly after: readonly KernelArgumentSettings[];
}

type OwnFile = KernelArgumentSettings;
type EditOne = (own: OwnFile, argument: string, around: Surroundings) => OwnFile;

/**
 * Edits the own file so that afterwards all arguments together are as asked, with as few words in it as
 * that takes: an argument of the image that was taken away and is added again is just not taken away.
 * @returns the same sources where nothing is to do
 * @throws UsageError for what is no argument, or a mistake in a file
 * @throws Refused `no-such-argument`, or `argument-overruled` by a file that comes after the own one
 */
export function editKernelArguments(
	sources: KernelArgumentSources,
	{kind, arguments: texts}: KernelArgumentEdit,
): KernelArgumentSources {
	const given = givenKernelArguments(texts, `kargs ${kind}`);
	const files = parseMachineFiles(sources);
	const own = files.find(({source}) => source === ownArgumentsFile) ?? emptyFile;
	const earlier = files.filter(({source}) => source < ownArgumentsFile);
	const around = {
		before: applySettings(givenToMachine(sources), earlier),
		after: files.filter(({source}) => source > ownArgumentsFile),
	};
	const edited = given.reduce((file, {argument}) => edits[kind](file, argument, around), own);
	return edited === own ? sources : withOwnFile(sources, edited);
}

const emptyFile: OwnFile = {source: ownArgumentsFile, add: [], remove: []};

const edits: Readonly<Record<KernelArgumentEdit['kind'], EditOne>> = {add, remove, replace};

function add(own: OwnFile, argument: string, around: Surroundings): OwnFile {
	const isSet = (file: OwnFile): boolean =>
		allArguments(file, around).some((one) => isSameArgument(one.argument, argument));
	if (isSet(own)) return own;
	const kept = own.remove.filter((pattern) => !isSameArgument(pattern, argument));
	const notRemoved = {...own, remove: kept};
	if (isSet(notRemoved)) return notRemoved;
	const added = {...notRemoved, add: [...own.add, argument]};
	if (isSet(added)) return added;
	throw overruled(
		`${argument} is removed`,
		around.after.find((file) => file.remove.some((pattern) => matchesArgument(argument, pattern))),
	);
}

function remove(own: OwnFile, pattern: string, around: Surroundings): OwnFile {
	const setBy = (file: OwnFile): KernelArgument | undefined =>
		allArguments(file, around).find(({argument}) => matchesArgument(argument, pattern));
	if (setBy(own) === undefined) return own;
	const kept = own.add.filter((argument) => !matchesArgument(argument, pattern));
	const notAdded = {...own, add: kept};
	if (setBy(notAdded) === undefined) return notAdded;
	const removed = {...notAdded, remove: [...own.remove, pattern]};
	const left = setBy(removed);
	if (left === undefined) return removed;
	throw overruled(`${left.argument} is set`, left);
}

/** `NAME=VALUE` in place of all that NAME has; where `NAME=OLD` is set, `NAME=OLD=NEW` of that one. */
function replace(own: OwnFile, text: string, around: Surroundings): OwnFile {
	const all = allArguments(own, around).map(({argument}) => argument);
	const {pattern, argument} = parseReplacement(text, all);
	const replaced = all.filter((one) => matchesArgument(one, pattern));
	if (replaced.length === 0)
		throw new Refused('no-such-argument', `no kernel argument ${pattern} is set`, {
			hint: `Run slipway kargs add ${argument}, or slipway kargs to see those that are.`,
		});
	if (replaced.every((one) => isSameArgument(one, argument))) return own;
	return add(remove(own, pattern, around), argument, around);
}

function parseReplacement(
	text: string,
	all: readonly string[],
): {readonly pattern: string; readonly argument: string} {
	const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined)
		throw new UsageError(`kargs replace: "${text}" has no value`, {
			hint: 'Write NAME=VALUE, or NAME=OLD=NEW for one of several; see slipway kargs replace --help.',
		});
	const [, old, fresh] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
	const isOneOfSeveral = all.some((one) => isSameArgument(one, `${name}=${old}`));
	return old !== undefined && isOneOfSeveral
		? {pattern: `${name}=${old}`, argument: `${name}=${fresh}`}
		: {pattern: name, argument: text};
}

function allArguments(own: OwnFile, {before, after}: Surroundings): KernelArgument[] {
	return applySettings(before, [own, ...after]);
}

function overruled(what: string, by: {readonly source: string} | undefined): Refused {
	return new Refused('argument-overruled', `${what} by ${by?.source}`, {
		hint: `Change it there, and run slipway kargs apply: that file comes after ${ownArgumentsFile}.`,
	});
}

function withOwnFile(sources: KernelArgumentSources, own: OwnFile): KernelArgumentSources {
	const others = sources.machine.filter(({path}) => path !== ownArgumentsFile);
	const text = formatOwnArgumentsFile(own);
	const machine = text === undefined ? others : [...others, {path: ownArgumentsFile, text}];
	return {...sources, machine};
}
