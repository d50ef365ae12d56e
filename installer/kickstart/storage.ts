import type {DiskSelector, PartitionSelector, StorageAnswers} from '../answers/answers.ts';
import {addAutopart} from './autopart-line.ts';
import {clearedBy} from './cleared-partitions.ts';
import {diskOfPartition} from './device-names.ts';
import {encryptionOf} from './encryption.ts';
import {addMountLine} from './mount-lines.ts';
import {mountPoint} from './mount-points.ts';
import type {CommandLines, ParsedCommands} from './parse-commands.ts';
import {addPartLine} from './partition-lines.ts';
import type {Report} from './report.ts';
import {emptyDraft, type StorageDraft} from './storage-draft.ts';
import {type DiskName, targetDisk} from './target-disk.ts';

export interface DiskAndStorage {
	readonly disk: readonly DiskSelector[] | undefined;
	readonly storage: StorageAnswers;
}

/** clearpart, zerombr, ignoredisk, part, autopart, reqpart and mount together. */
export function storageOf({lines, refused}: ParsedCommands, report: Report): DiskAndStorage {
	reportConflicts(lines, report);
	const draft = emptyDraft();
	for (const line of lines.part) addPartLine(line, draft, report);
	for (const line of lines.mount) addMountLine(line, draft, report);
	const auto = lines.autopart.at(-1);
	if (auto !== undefined) addAutopart(auto, draft, report);
	for (const at of draft.growing.slice(1)) {
		const found = 'one more that grows';
		report.mistake(at, {
			key: 'part --grow',
			found,
			expected: 'one partition alone to take the rest',
		});
	}
	for (const {at, options} of lines.reqpart)
		if (options['add-boot']) report.note(at, 'reqpart makes no /boot: kernels are kept on the ESP');
	if (!['raid', 'volgroup', 'logvol', 'btrfs'].some((name) => refused.has(name)))
		reportMissingRoot(lines, draft, report);
	const cleared = clearedBy(lines, draft, report);
	const encrypting = [...lines.part, ...lines.autopart.slice(-1)];
	return {
		disk: targetDisk(lines, partitionDisks(lines, cleared.replace), report),
		storage: {
			layout: cleared.layout,
			wipe: cleared.layout === 'disk' ? true : undefined,
			replace: cleared.replace,
			keep: draft.keep,
			fileSystem: draft.fileSystem,
			espSize: draft.espSize,
			rootSize: draft.rootSize,
			rootMinimumSize: draft.rootMinimumSize,
			partitions: draft.partitions,
			swap: draft.swap,
			mirror: [],
			encryption: encryptionOf(encrypting, report),
			...(draft.rootMaximumSize === undefined ? {} : {rootMaximumSize: draft.rootMaximumSize}),
		},
	};
}

function reportConflicts(lines: CommandLines, report: Report): void {
	const {autopart, part, mount, reqpart} = lines;
	const kinds = [autopart, [...part, ...reqpart], mount].filter((lines) => lines.length > 0);
	const [first, ...others] = kinds.map((lines) => lines[0]).filter((line) => line !== undefined);
	for (const other of others)
		report.mistake(other.at, {
			key: other.name,
			found: `given beside ${first?.name}`,
			expected: 'one of them',
		});
}

/** A root that nothing places where other partitions are. */
function reportMissingRoot({part, mount}: CommandLines, draft: StorageDraft, report: Report): void {
	const last = part.at(-1) ?? mount.at(-1);
	if (last !== undefined && !draft.hasRoot)
		report.mistake(last.at, {
			key: last.name,
			found: 'without a root',
			expected: `${last.name} … for /`,
		});
}

/** What is refused anyway says nothing about the disk; a partition that goes does. */
function partitionDisks(
	{part, clearpart}: CommandLines,
	replace: readonly PartitionSelector[],
): readonly DiskName[] {
	const usable = part.filter(({words}) => mountPoint(words[0]?.value ?? '').kind !== 'refused');
	const named = usable.flatMap(({name, options: {ondisk}}) =>
		ondisk === undefined ? [] : [{...ondisk, key: `${name} --ondisk`}],
	);
	const at = clearpart.at(-1)?.options.list?.at;
	if (at === undefined) return named;
	const disks = replace.map(diskOfPartition).filter((disk) => disk !== undefined);
	return [...named, ...disks.map((value) => ({value, at, key: 'clearpart --list'}))];
}
