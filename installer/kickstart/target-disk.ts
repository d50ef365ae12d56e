import type {DiskSelector} from '../answers/answers.ts';
import {devicePath, diskSelectors, diskSyntax} from './device-names.ts';
import type {Given} from './options.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

/** A name of a disk that a line gives for the one that is installed on. */
export interface DiskName extends Given<string> {
	/** `part --ondisk` */
	readonly key: string;
}

/**
 * The disk that all lines mean. One of them is enough; where none names a disk, it is the only one there
 * is.
 * @param partitionDisks those that the lines of partitions say
 */
export function targetDisk(
	lines: CommandLines,
	partitionDisks: readonly DiskName[],
	report: Report,
): readonly DiskSelector[] | undefined {
	const names = [...partitionDisks, ...clearedDisks(lines, report), ...bootDisks(lines)];
	const allowed = allowedDisks(lines, report);
	const [first, ...others] = names.length > 0 ? names : allowed;
	if (first === undefined) return ignoredDisks(lines, report);
	for (const {value, at, key} of others) {
		if (isSame(value, first.value)) continue;
		report.mistake(at, {
			key,
			found: JSON.stringify(value),
			expected: `one disk, as ${first.value}`,
		});
	}
	checkAllowed(first, allowed, report);
	const selectors = diskSelectors(first.value);
	if (selectors === undefined)
		report.mistake(first.at, {
			key: first.key,
			found: JSON.stringify(first.value),
			expected: diskSyntax,
		});
	return selectors;
}

function clearedDisks({clearpart}: CommandLines, report: Report): readonly DiskName[] {
	const drives = clearpart.at(-1)?.options.drives;
	const [first, ...others] = drives?.value ?? [];
	if (drives === undefined || first === undefined) return [];
	const key = 'clearpart --drives';
	if (others.some((other) => !isSame(first, other))) {
		const found = `${others.length + 1} disks`;
		report.mistake(drives.at, {key, found, expected: 'the one that is installed on'});
	}
	return [{value: first, at: drives.at, key}];
}

function bootDisks({bootloader}: CommandLines): readonly DiskName[] {
	const given = bootloader.at(-1)?.options['boot-drive'];
	return given === undefined ? [] : [{...given, key: 'bootloader --boot-drive'}];
}

function allowedDisks({ignoredisk}: CommandLines, report: Report): readonly DiskName[] {
	const line = ignoredisk.at(-1);
	if (line === undefined) return [];
	const {'only-use': only, drives} = line.options;
	if ((only === undefined) === (drives === undefined)) {
		const found = only === undefined ? 'without disks' : 'with --drives and --only-use';
		report.mistake(line.at, {key: 'ignoredisk', found, expected: '--only-use=… or --drives=…'});
	}
	if ((only ?? drives)?.value.length === 0)
		report.mistake(line.at, {key: 'ignoredisk', found: 'without disks', expected: 'at least one'});
	if (only === undefined) return [];
	return only.value.map((value) => ({value, at: only.at, key: 'ignoredisk --only-use'}));
}

/** What `ignoredisk` leaves out is never the disk that another line names. */
function checkAllowed(disk: DiskName, allowed: readonly DiskName[], report: Report): void {
	if (allowed.length === 0 || allowed.some(({value}) => isSame(value, disk.value))) return;
	// A glob or link may well mean the same disk; which one it is shows on the machine alone.
	const isPlain = [disk, ...allowed].every(({value}) => /^(\/dev\/)?[a-z0-9]+$/.test(value));
	if (!isPlain) return;
	const expected = `one of ${allowed.map(({value}) => value).join(', ')}`;
	report.mistake(disk.at, {
		key: disk.key,
		found: `${disk.value}, which ignoredisk leaves out`,
		expected,
	});
}

function ignoredDisks(
	{ignoredisk}: CommandLines,
	report: Report,
): readonly DiskSelector[] | undefined {
	const drives = ignoredisk.at(-1)?.options.drives;
	if (drives === undefined) return undefined;
	const except: string[] = [];
	for (const name of drives.value.flatMap((value) => value.split('|'))) {
		const path = devicePath(name);
		if (path !== undefined) except.push(path);
		else
			report.mistake(drives.at, {
				key: 'ignoredisk --drives',
				found: JSON.stringify(name),
				expected: diskSyntax,
			});
	}
	return [{except, pick: 'only'}];
}

function isSame(one: string, other: string): boolean {
	return one.replace(/^\/dev\//, '') === other.replace(/^\/dev\//, '');
}
