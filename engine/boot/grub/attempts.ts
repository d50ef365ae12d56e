/**
 * How often GRUB has booted entries whose boots are counted. It cannot rename an entry as systemd-boot does, so
 * it keeps the number of attempts in its environment block, and slipway brings that into the names.
 *
 * A variable belongs to one grant of attempts: a deployment that gets new ones gets a new sequence with them.
 * And it holds all attempts of the grant, whoever made them, so it may be brought in twice.
 */
import type {BootEntry} from '../boot-loader.ts';
import type {BootOperation} from '../boot-partition.ts';
import {formatEntryName, type Tries} from '../entry-name.ts';
import {
	type BootContents,
	type EntryFile,
	entriesFolder,
	entryStem,
	sortEntries,
} from '../systemd-boot-contents.ts';

export type Environment = ReadonlyMap<string, string>;

/** GRUB cannot add, so each number that it counts to is a line of its own. */
const maxAttempts = 9;

/** Name of the variable with the attempts of an entry. */
export function attemptsVariable({
	deploymentId,
	sequence,
}: Pick<BootEntry, 'deploymentId' | 'sequence'>): string {
	return `tried_${deploymentId.replace('.', '_')}_${sequence}`;
}

/** The number of attempts with which an entry is given up, as far as GRUB counts. */
export function grantedAttempts({left, done}: Tries): number {
	return done + Math.min(left, maxAttempts);
}

/** What GRUB has counted, as a boot loader says it that renames entries. */
export function countedTries(
	entry: Pick<BootEntry, 'deploymentId' | 'sequence' | 'tries'>,
	environment: Environment,
): Tries | undefined {
	const {tries} = entry;
	if (tries === undefined) return undefined;
	const {left, done} = tries;
	const made = Number(environment.get(attemptsVariable(entry)) ?? 0);
	// One more than granted is that of a person, or of a machine with nothing else.
	const isCounted = Number.isInteger(made) && made > done && made <= done + left + 1;
	return isCounted ? {left: Math.max(0, left - (made - done)), done: made} : tries;
}

/** The same entries under the names that a boot loader would have given them that renames. */
export function withCounted(contents: BootContents, environment: Environment): BootContents {
	const renames = new Map(countedNames(contents, environment));
	const entryTexts = new Map(
		[...contents.entryTexts].map(([file, text]) => [renames.get(file) ?? file, text]),
	);
	return {...contents, entryTexts};
}

/** Brings what GRUB has counted into the names of entries. */
export function planCounted(contents: BootContents, environment: Environment): BootOperation[] {
	const renames = countedNames(contents, environment).map(
		([from, to]): BootOperation => ({
			kind: 'rename',
			from: `${entriesFolder}/${from}`,
			to: `${entriesFolder}/${to}`,
		}),
	);
	return renames.length === 0 ? [] : [...renames, {kind: 'sync'}];
}

/** The variables that still count: those of entries that are neither blessed nor gone. */
export function liveVariables(
	entries: readonly EntryFile[],
	environment: Environment,
): Environment {
	const names = entries.filter(({tries}) => tries !== undefined).map(attemptsVariable);
	return new Map([...environment].filter(([name]) => names.includes(name)));
}

function countedNames(contents: BootContents, environment: Environment): [string, string][] {
	return sortEntries(contents).own.flatMap((entry): [string, string][] => {
		const tries = countedTries(entry, environment);
		if (tries === entry.tries) return [];
		return [[entry.file, formatEntryName({stem: entryStem(entry.deploymentId), tries})]];
	});
}
