/**
 * Kickstart files to answers, as pykickstart reads them and Anaconda takes them: strictly, with all
 * mistakes at once. The work is pure (`parseKickstart`); around it, files that are included are brought
 * until none is missing, and `%pre` runs in between, since it may write some.
 * @see https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html
 */
import {type Answers, noAnswers, type ScriptAnswers} from '../answers/answers.ts';
import type {ConfigNote} from '../config/mistake.ts';
import type {ConfigReading} from '../config/read-config.ts';
import {commandsOf, convertStatements, sectionsOf} from './convert.ts';
import type {HashPassword} from './logins.ts';
import {parseCommands} from './parse-commands.ts';
import {Report} from './report.ts';
import {readSections} from './sections.ts';
import {type ReadInclude, readStatements, type StatementContext} from './statements.ts';

/** All mistakes are in the order of reading, those of files that are included with the rest. */
export interface KickstartReading extends ConfigReading {
	readonly notes: readonly ConfigNote[];
}

export interface KickstartText {
	/** As it was given: a path, `-` or a URL. */
	readonly path: string;
	readonly text: string;
}

export interface KickstartOptions {
	readonly hashPassword: HashPassword;
	/** What is missing of layout and looks is a warning and no mistake. */
	readonly isLenient: boolean;
}

export interface KickstartEffects {
	/** The text of an included file; undefined when there is none. */
	readonly readInclude: (target: string, includedBy: string) => Promise<string | undefined>;
	/**
	 * Runs what comes before, of the scripts that are known by then; undefined when nothing may be run, as for
	 * a look at the plan.
	 */
	readonly runPre: ((scripts: ScriptAnswers) => Promise<void>) | undefined;
}

/** Reads a kickstart. Scripts of `%pre` run only when nothing is wrong so far. */
export async function readKickstart(
	source: KickstartText,
	options: KickstartOptions,
	{readInclude, runPre}: KickstartEffects,
): Promise<KickstartReading> {
	const parse = (missing: StatementContext['missingInclude']) =>
		withIncludes(readInclude, (read) => parseKickstart(source, options, read, missing));
	const {result: first, isComplete} = await withIncludes(readInclude, (read) =>
		lookForPre(source, options, read),
	);
	const {scripts} = first.answers;
	const {pre} = scripts;
	const isWrong = first.mistakes.length > 0;
	if (isWrong && !isComplete && pre.length > 0) return first;
	if (isWrong || pre.length === 0) return (await parse('mistake')).result;
	if (runPre === undefined) return notRun((await parse('warning')).result, source);
	await runPre(scripts);
	const {result} = await parse('mistake');
	return {...result, answers: withoutPre(result.answers)};
}

function withoutPre(answers: Answers): Answers {
	return {...answers, scripts: {...answers.scripts, pre: []}};
}

function notRun(reading: KickstartReading, {path}: KickstartText): KickstartReading {
	const at = {file: path, line: 1, column: 1, includedFrom: undefined};
	const note = {at, text: '%pre was not run; what it writes is not known'};
	return {...reading, notes: [note, ...reading.notes]};
}

/** Parses again and again, each time with the files that the last time was without. */
async function withIncludes(
	readInclude: KickstartEffects['readInclude'],
	parse: (read: ReadInclude) => KickstartReading,
): Promise<{readonly result: KickstartReading; readonly isComplete: boolean}> {
	const files = new Map<string, string | undefined>();
	for (;;) {
		const wanted = new Map<string, [target: string, includedBy: string]>();
		const result = parse((target, includedBy) => {
			const key = JSON.stringify([target, includedBy]);
			if (!files.has(key)) wanted.set(key, [target, includedBy]);
			return files.get(key);
		});
		if (wanted.size === 0)
			return {result, isComplete: [...files.values()].every((text) => text !== undefined)};
		for (const [key, [target, includedBy]] of wanted)
			files.set(key, await readInclude(target, includedBy));
	}
}

/** Each statement by itself, since others may come with files that `%pre` writes. */
function lookForPre(
	{path, text}: KickstartText,
	{isLenient}: KickstartOptions,
	readInclude: ReadInclude,
): KickstartReading {
	const report = new Report(isLenient);
	const statements = readStatements(path, text, {readInclude, report, missingInclude: 'nothing'});
	parseCommands(commandsOf(statements), report);
	const {scripts} = readSections(sectionsOf(statements), report);
	return readingOf({...noAnswers, scripts}, report);
}

/**
 * What {@link readKickstart} makes of a text and the files that are there.
 * @param missingInclude what is said of an `%include` that `readInclude` has not
 */
export function parseKickstart(
	{path, text}: KickstartText,
	{isLenient, hashPassword}: KickstartOptions,
	readInclude: ReadInclude,
	missingInclude: StatementContext['missingInclude'],
): KickstartReading {
	const report = new Report(isLenient);
	const statements = readStatements(path, text, {readInclude, report, missingInclude});
	return readingOf(convertStatements(statements, hashPassword, report), report);
}

function readingOf(answers: Answers, {mistakes, warnings, notes}: Report): KickstartReading {
	return {answers, mistakes, warnings, notes};
}

/** Whether a file is a kickstart: by its name, or by lines that nothing else has. */
export function isKickstart(text: string, name: string): boolean {
	if (/\.ks$/.test(name)) return true;
	if (/\.(?:toml|json)$/.test(name)) return false;
	return /^(?:%(?:pre|post|packages|include|ksappend)\b|(?:lang|rootpw|clearpart|autopart|network|bootloader) +[^=\s])/m.test(
		text,
	);
}
