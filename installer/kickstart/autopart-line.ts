import type {LineOf} from './honoured-commands.ts';
import type {Report} from './report.ts';
import {fileSystemOf, type StorageDraft} from './storage-draft.ts';

/** Adds what a line `autopart` says. */
export function addAutopart(line: LineOf<'autopart'>, draft: StorageDraft, report: Report): void {
	const {type, nolvm, noboot, noswap, hibernation} = line.options;
	const wanted = nolvm === undefined ? type?.value : 'plain';
	const key = `${line.name} --type`;
	if (type !== undefined && type.value !== 'plain' && type.value !== 'btrfs') {
		const fault = {key, found: JSON.stringify(type.value.slice(0, 64)), expected: 'plain, btrfs'};
		if (['lvm', 'thinp', 'partition'].includes(type.value)) report.shortcoming(type.at, fault);
		else report.mistake(type.at, fault);
	}
	draft.fileSystem = fileSystem(line, wanted === 'btrfs', report);
	if (noboot !== undefined)
		report.note(noboot.at, '--noboot changes nothing: kernels are kept on the ESP');
	if (noswap !== undefined) draft.swap = 'none';
	else if (hibernation !== undefined) draft.swap = 'hibernation';
}

function fileSystem(
	{name, options: {fstype}}: LineOf<'autopart'>,
	isBtrfs: boolean,
	report: Report,
): StorageDraft['fileSystem'] {
	const given = fileSystemOf(fstype, `${name} --fstype`, report);
	if (fstype === undefined) return isBtrfs ? 'btrfs' : undefined;
	const fault = {key: `${name} --fstype`, expected: '--type=btrfs alone'};
	if (isBtrfs) report.mistake(fstype.at, {...fault, found: 'given beside --type=btrfs'});
	else if (given === 'btrfs') report.mistake(fstype.at, {...fault, found: '"btrfs"'});
	return given;
}
