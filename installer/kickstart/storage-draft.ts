import type {ExtraPartition, PartitionSelector, StorageAnswers} from '../answers/answers.ts';
import type {Place} from '../config/place.ts';
import {isRootFileSystem, type RootFileSystem, rootFileSystems} from '../disk/layout-settings.ts';
import {MiB} from '../disk/size.ts';
import type {Given} from './options.ts';
import type {Report} from './report.ts';
import {isWordFault, splitWords} from './words.ts';

/** Storage as the lines say it one after the other. */
export interface StorageDraft {
	hasRoot: boolean;
	fileSystem: RootFileSystem | undefined;
	espSize: number | undefined;
	rootSize: number | undefined;
	rootMinimumSize: number | undefined;
	rootMaximumSize: number | undefined;
	swap: StorageAnswers['swap'];
	/** Existing ones, in whose place the root goes. */
	readonly replace: PartitionSelector[];
	readonly keep: PartitionSelector[];
	readonly partitions: ExtraPartition[];
	/** Lines of what takes the rest. */
	readonly growing: Place[];
}

export function emptyDraft(): StorageDraft {
	return {
		hasRoot: false,
		fileSystem: undefined,
		espSize: undefined,
		rootSize: undefined,
		rootMinimumSize: undefined,
		rootMaximumSize: undefined,
		swap: undefined,
		replace: [],
		keep: [],
		partitions: [],
		growing: [],
	};
}

/** Adds one for a mount point, which may have one only. One that stays as it is keeps its file system. */
export function addPartition(
	draft: StorageDraft,
	partition: ExtraPartition,
	line: {readonly at: Place; readonly name: string},
	report: Report,
): void {
	if (draft.partitions.some(({mountPoint}) => mountPoint === partition.mountPoint))
		reportTwice(partition.mountPoint, line, report);
	else draft.partitions.push(partition.existing?.format === false ? asItIs(partition) : partition);
}

function asItIs({mkfsOptions, ...partition}: ExtraPartition): ExtraPartition {
	return {...partition, fileSystem: undefined, label: undefined};
}

/** Says that options of a new file system are in vain. */
export function noteUnformatted(
	options: readonly (Given<unknown> | undefined)[],
	report: Report,
): void {
	const given = options.find((one) => one !== undefined);
	if (given !== undefined)
		report.note(given.at, 'a partition that is not formatted keeps its file system as it is');
}

export function reportTwice(
	mountPoint: string,
	{at, name}: {readonly at: Place; readonly name: string},
	report: Report,
): void {
	report.mistake(at, {key: name, found: `${mountPoint} a second time`, expected: 'it once'});
}

export function fileSystemOf(
	given: Given<string> | undefined,
	key: string,
	report: Report,
): RootFileSystem | undefined {
	if (given === undefined) return undefined;
	if (isRootFileSystem(given.value)) return given.value;
	const found = JSON.stringify(given.value.slice(0, 64));
	report.mistake(given.at, {key, found, expected: rootFileSystems.join(', ')});
	return undefined;
}

/** MiB, as all sizes of kickstarts are. */
export function bytesOf(size: number | undefined): number | undefined {
	return size === undefined ? undefined : size * MiB;
}

/** `noatime,nodev`; `defaults` says nothing. */
export function mountOptions(given: Given<string> | undefined): readonly string[] {
	return (given?.value ?? '')
		.split(',')
		.map((option) => option.trim())
		.filter((option) => option !== '' && option !== 'defaults');
}

export function mkfsWords(
	given: Given<string> | undefined,
	key: string,
	report: Report,
): readonly string[] {
	const split = splitWords(given?.value ?? '');
	if (!isWordFault(split)) return split.words.map(({text}) => text);
	if (given !== undefined)
		report.mistake(given.at, {key, found: split.found, expected: split.expected});
	return [];
}
