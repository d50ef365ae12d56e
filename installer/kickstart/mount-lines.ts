import type {PartitionSelector} from '../answers/answers.ts';
import {partitionSelector, partitionSyntax} from './device-names.ts';
import type {LineOf} from './honoured-commands.ts';
import {mountPoint} from './mount-points.ts';
import type {Report} from './report.ts';
import {
	addPartition,
	fileSystemOf,
	mkfsWords,
	mountOptions,
	noteUnformatted,
	reportTwice,
	type StorageDraft,
} from './storage-draft.ts';

type MountLine = LineOf<'mount'>;

/** Adds `mount DEVICE POINT`: what is there is used, and formatted where the line says so. */
export function addMountLine(line: MountLine, draft: StorageDraft, report: Report): void {
	const [device, point] = line.words;
	if (device === undefined || point === undefined) return;
	const partition = partitionSelector(device.value);
	if (partition === undefined) {
		const found = JSON.stringify(device.value.slice(0, 64));
		report.mistake(device.at, {key: line.name, found, expected: partitionSyntax});
		return;
	}
	if (point.value === 'none') {
		draft.keep.push(partition);
		return;
	}
	const where = mountPoint(point.value);
	switch (where.kind) {
		case 'root':
			addRoot(line, partition, draft, report);
			return;
		case 'esp':
			addEsp(line, partition, draft, report);
			return;
		case 'var':
			addExtra(line, partition, where.path, draft, report);
			return;
		case 'none':
			report.note(line.at, `mount ${point.value} uses nothing: ${where.why}`);
			return;
		case 'swap':
		case 'refused': {
			const found = JSON.stringify(point.value.slice(0, 64));
			const expected = where.kind === 'swap' ? 'part swap --size=…' : where.expected;
			report.mistake(point.at, {key: line.name, found, expected});
		}
	}
}

function addRoot(
	line: MountLine,
	partition: PartitionSelector,
	draft: StorageDraft,
	report: Report,
): void {
	const {reformat} = line.options;
	if (draft.hasRoot) reportTwice('/', line, report);
	if (reformat === undefined)
		report.mistake(line.at, {key: 'mount', found: '/ as it is', expected: '--reformat'});
	draft.hasRoot = true;
	draft.replace.push(partition);
	draft.fileSystem = newFileSystem(line, report);
}

function addEsp(
	{options: {reformat}}: MountLine,
	partition: PartitionSelector,
	draft: StorageDraft,
	report: Report,
): void {
	draft.keep.push(partition);
	if (reformat === undefined) return;
	const found = 'an ESP to be formatted, which others start from';
	report.mistake(reformat.at, {key: 'mount --reformat', found, expected: 'it as it is'});
}

function addExtra(
	line: MountLine,
	partition: PartitionSelector,
	path: string,
	draft: StorageDraft,
	report: Report,
): void {
	const {reformat, mountoptions, mkfsoptions} = line.options;
	if (reformat === undefined) {
		draft.keep.push(partition);
		noteUnformatted([mkfsoptions], report);
	}
	const mkfs = mkfsWords(mkfsoptions, 'mount --mkfsoptions', report);
	const extra = {
		mountPoint: path,
		size: undefined,
		fileSystem: newFileSystem(line, report),
		label: undefined,
		options: mountOptions(mountoptions),
		encrypted: false,
		existing: {partition, format: reformat !== undefined},
		...(mkfs.length === 0 ? {} : {mkfsOptions: mkfs}),
	};
	addPartition(draft, extra, line, report);
}

/** The one that `--reformat` may name. */
function newFileSystem(
	{options: {reformat}}: MountLine,
	report: Report,
): StorageDraft['fileSystem'] {
	const named = reformat?.value === '' ? undefined : reformat;
	return fileSystemOf(named, 'mount --reformat', report);
}
