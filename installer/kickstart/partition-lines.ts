import type {ExtraPartition, PartitionSelector} from '../answers/answers.ts';
import {partitionSelector, partitionSyntax} from './device-names.ts';
import type {LineOf} from './honoured-commands.ts';
import {mountPoint} from './mount-points.ts';
import type {Report} from './report.ts';
import {
	addPartition,
	bytesOf,
	fileSystemOf,
	mkfsWords,
	mountOptions,
	noteUnformatted,
	reportTwice,
	type StorageDraft,
} from './storage-draft.ts';

type PartitionLine = LineOf<'part'>;

/** Adds what a line `part` says. */
export function addPartLine(line: PartitionLine, draft: StorageDraft, report: Report): void {
	const [name] = line.words;
	if (name === undefined) return;
	const point = mountPoint(name.value);
	reportUnusable(line, report);
	switch (point.kind) {
		case 'refused': {
			const found = JSON.stringify(name.value.slice(0, 64));
			report.mistake(name.at, {key: line.name, found, expected: point.expected});
			return;
		}
		case 'none':
			report.note(line.at, `${line.name} ${name.value} makes no partition: ${point.why}`);
			return;
		case 'esp':
			addEsp(line, draft, report);
			return;
		case 'swap':
			addSwap(line, draft, report);
			return;
		case 'root':
			addRoot(line, draft, report);
			return;
		case 'var':
			if (point.path !== name.value)
				report.note(name.at, `${name.value} is a link in an image; the partition is ${point.path}`);
			addExtra(line, point.path, draft, report);
			return;
	}
}

function reportUnusable({name, at, options}: PartitionLine, report: Report): void {
	const {onbiosdisk, resize, asprimary, fsprofile, maxsize, grow} = options;
	const expected = 'a partition that is made anew or kept as it is';
	if (resize !== undefined)
		report.mistake(resize.at, {key: `${name} --resize`, found: 'not possible here', expected});
	if (onbiosdisk !== undefined) {
		const key = `${name} --onbiosdisk`;
		report.mistake(onbiosdisk.at, {key, found: 'not possible here', expected: '--ondisk=…'});
	}
	if (asprimary !== undefined) report.note(at, `--asprimary changes nothing: all partitions are`);
	if (fsprofile !== undefined) report.note(at, `--fsprofile changes nothing`);
	if (maxsize !== undefined && grow === undefined)
		report.note(at, `--maxsize changes nothing without --grow`);
}

function addEsp(line: PartitionLine, draft: StorageDraft, report: Report): void {
	const {onpart, noformat, size} = line.options;
	const existing = existingPartition(line, report);
	if (onpart !== undefined && noformat === undefined) {
		const found = 'an ESP to be formatted, which others start from';
		report.mistake(onpart.at, {key: `${line.name} --onpart`, found, expected: '--noformat'});
	}
	if (existing !== undefined) draft.keep.push(existing);
	draft.espSize = bytesOf(size?.value);
}

function addSwap(line: PartitionLine, draft: StorageDraft, report: Report): void {
	const {size, recommended, hibernation, grow, onpart} = line.options;
	const unusable = grow ?? onpart;
	if (unusable !== undefined) {
		const found = 'a swap partition that grows or is there already';
		report.mistake(unusable.at, {key: line.name, found, expected: '--size=… or --recommended'});
	}
	if (draft.swap !== undefined) reportTwice('swap', line, report);
	if (hibernation !== undefined) draft.swap = 'hibernation';
	else if (recommended !== undefined) draft.swap = 'recommended';
	else if (size !== undefined) draft.swap = {size: bytesOf(size.value) ?? 0};
	else if (unusable === undefined) reportNoSize(line, report);
}

function addRoot(line: PartitionLine, draft: StorageDraft, report: Report): void {
	const {fstype, noformat, label, fsoptions, mkfsoptions} = line.options;
	if (draft.hasRoot) reportTwice('/', line, report);
	draft.hasRoot = true;
	draft.fileSystem = fileSystemOf(fstype, `${line.name} --fstype`, report);
	const existing = existingPartition(line, report);
	if (noformat !== undefined) {
		const expected = 'a root that is formatted; /var may be kept';
		report.mistake(noformat.at, {key: `${line.name} --noformat`, found: 'given for /', expected});
	}
	if (existing !== undefined) draft.replace.push(existing);
	if (label !== undefined)
		report.note(label.at, 'the root partition keeps the label that slipway gives it');
	const unusable = mountOptions(fsoptions).length > 0 ? fsoptions : mkfsoptions;
	if (unusable !== undefined) {
		const found = 'with options for its file system';
		report.shortcoming(unusable.at, {key: `${line.name} /`, found, expected: 'those of slipway'});
	}
	if (existing !== undefined) return;
	const {size, minimumSize, maximumSize} = sizeOf(line, draft, report);
	draft.rootSize = size;
	draft.rootMinimumSize = minimumSize;
	draft.rootMaximumSize = maximumSize;
}

function addExtra(
	line: PartitionLine,
	mountPoint: string,
	draft: StorageDraft,
	report: Report,
): void {
	const {fstype, label, fsoptions, mkfsoptions, encrypted, noformat} = line.options;
	const existing = existingPartition(line, report);
	if (existing !== undefined && noformat !== undefined) {
		draft.keep.push(existing);
		noteUnformatted([label, mkfsoptions], report);
	}
	if (existing === undefined && noformat !== undefined) {
		const key = `${line.name} --noformat`;
		report.mistake(noformat.at, {key, found: 'given without --onpart', expected: 'both or none'});
	}
	const mkfs = mkfsWords(mkfsoptions, `${line.name} --mkfsoptions`, report);
	const size = existing === undefined ? sizeOf(line, draft, report) : {size: undefined};
	const partition: ExtraPartition = {
		mountPoint,
		...size,
		fileSystem: fileSystemOf(fstype, `${line.name} --fstype`, report),
		label: label?.value,
		options: mountOptions(fsoptions),
		encrypted: encrypted !== undefined,
		...(mkfs.length === 0 ? {} : {mkfsOptions: mkfs}),
		...(existing && {existing: {partition: existing, format: noformat === undefined}}),
	};
	addPartition(draft, partition, line, report);
}

function existingPartition(
	{name, options: {onpart}}: PartitionLine,
	report: Report,
): PartitionSelector | undefined {
	if (onpart === undefined) return undefined;
	const selector = partitionSelector(onpart.value);
	if (selector === undefined) {
		const found = JSON.stringify(onpart.value.slice(0, 64));
		report.mistake(onpart.at, {key: `${name} --onpart`, found, expected: partitionSyntax});
	}
	return selector;
}

/** A partition that grows has its size as the least. */
function sizeOf(
	line: PartitionLine,
	draft: StorageDraft,
	report: Report,
): Pick<ExtraPartition, 'size' | 'minimumSize' | 'maximumSize'> {
	const {size, grow, maxsize} = line.options;
	if (grow === undefined) {
		if (size === undefined || size.value === 0) reportNoSize(line, report);
		return {size: bytesOf(size?.value)};
	}
	draft.growing.push(line.at);
	const [least, most] = [bytesOf(size?.value), bytesOf(maxsize?.value)];
	if (least !== undefined && most !== undefined && least > most && maxsize !== undefined) {
		const expected = `at least --size=${size?.value}`;
		report.mistake(maxsize.at, {
			key: `${line.name} --maxsize`,
			found: String(maxsize.value),
			expected,
		});
	}
	return {
		size: undefined,
		...(least === undefined ? {} : {minimumSize: least}),
		...(most === undefined ? {} : {maximumSize: most}),
	};
}

function reportNoSize({name, at}: PartitionLine, report: Report): void {
	report.mistake(at, {key: name, found: 'without a size', expected: '--size=… in MiB, or --grow'});
}
