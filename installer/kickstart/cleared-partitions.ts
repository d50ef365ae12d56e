import type {PartitionSelector, StorageAnswers} from '../answers/answers.ts';
import type {Place} from '../config/place.ts';
import {partitionSelector, partitionSyntax} from './device-names.ts';
import type {LineOf} from './honoured-commands.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';
import type {StorageDraft} from './storage-draft.ts';

export interface Cleared {
	readonly layout: StorageAnswers['layout'];
	readonly replace: readonly PartitionSelector[];
}

/** What may go, and where the new system comes. Without a word nothing goes. */
export function clearedBy(lines: CommandLines, draft: StorageDraft, report: Report): Cleared {
	const line = lines.clearpart.at(-1);
	const isPlanned = line ?? lines.part[0] ?? lines.autopart[0] ?? lines.reqpart[0];
	if (line !== undefined) reportUnusable(line, report);
	const {list} = line?.options ?? {};
	const replace = [...draft.replace];
	if (list !== undefined) {
		for (const name of list.value) replace.push(...namedPartition(name, list.at, report));
	} else if (line !== undefined && choiceOf(line) === 'all') {
		reportGone(lines, report);
		return {layout: 'disk', replace: []};
	} else if (line !== undefined && choiceOf(line) === 'linux') {
		replace.push({type: 'linux'});
	}
	reportReplacedAndKept(replace, draft, line, report);
	if (replace.length > 0) return {layout: 'partition', replace};
	return {layout: isPlanned === undefined ? undefined : 'free-space', replace};
}

function reportUnusable({options}: LineOf<'clearpart'>, report: Report): void {
	const {disklabel, cdl} = options;
	if (disklabel !== undefined && disklabel.value !== 'gpt') {
		const found = JSON.stringify(disklabel.value.slice(0, 64));
		report.mistake(disklabel.at, {key: 'clearpart --disklabel', found, expected: 'gpt'});
	}
	if (cdl !== undefined)
		report.mistake(cdl.at, {key: 'clearpart --cdl', found: 'not possible here', expected: 'gpt'});
}

/** The last one counts. */
function choiceOf({options}: LineOf<'clearpart'>): 'all' | 'linux' | 'none' {
	const names = ['all', 'linux', 'none'] as const;
	const given = names.filter((name) => options[name] !== undefined);
	const columnOf = (name: (typeof names)[number]) => options[name]?.at.column ?? 0;
	return given.toSorted((a, b) => columnOf(a) - columnOf(b)).at(-1) ?? 'none';
}

function namedPartition(name: string, at: Place, report: Report): readonly PartitionSelector[] {
	const selector = partitionSelector(name);
	if (selector !== undefined) return [selector];
	const found = JSON.stringify(name.slice(0, 64));
	report.mistake(at, {key: 'clearpart --list', found, expected: partitionSyntax});
	return [];
}

/** A whole disk that is cleared has nothing left that a line could use. */
function reportGone({part, mount}: CommandLines, report: Report): void {
	const onpart = part.flatMap(({options}) => options.onpart ?? []);
	for (const {at} of [...onpart, ...mount]) {
		const found = 'gone by then: clearpart --all';
		report.mistake(at, {key: 'part --onpart', found, expected: 'clearpart --list=…'});
	}
}

function reportReplacedAndKept(
	replace: readonly PartitionSelector[],
	{keep}: StorageDraft,
	line: LineOf<'clearpart'> | undefined,
	report: Report,
): void {
	const kept = new Set(keep.map((selector) => JSON.stringify(selector)));
	if (line === undefined || !replace.some((selector) => kept.has(JSON.stringify(selector)))) return;
	const found = 'a partition that is kept by another line';
	report.mistake(line.at, {key: 'clearpart --list', found, expected: 'it in one of them'});
}
