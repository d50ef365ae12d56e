/** Disks and partitions as kickstarts call them: `sda`, `/dev/disk/by-id/…`, globs, `LABEL=…`. */
import type {DiskSelector, PartitionSelector} from '../answers/answers.ts';

export const diskSyntax =
	'a disk such as sda or /dev/disk/by-id/…, or a glob below /dev/disk/by-id or by-path';

export const partitionSyntax =
	'a partition such as sda1 or /dev/disk/by-partlabel/…, LABEL=… or UUID=…';

/** Alternatives are divided by `|`. Undefined when one of them is no name of a disk. */
export function diskSelectors(name: string): readonly DiskSelector[] | undefined {
	const selectors = name.split('|').map(diskSelector);
	return selectors.some((selector) => selector === undefined)
		? undefined
		: selectors.filter((selector) => selector !== undefined);
}

function diskSelector(name: string): DiskSelector | undefined {
	const path = devicePath(name);
	if (path === undefined) return undefined;
	if (!isGlob(path)) return {path, pick: 'only'};
	const [, folder, glob = ''] = /^\/dev\/disk\/(by-id|by-path)\/([^/]+)$/.exec(path) ?? [];
	if (folder === 'by-id') return {byId: glob, pick: 'only'};
	return folder === 'by-path' ? {byPath: glob, pick: 'only'} : undefined;
}

/** `/dev/…` of what may lack it; undefined for what is no path below it. A glob is left as it is. */
export function devicePath(name: string): string | undefined {
	const inside = name.replace(/^\/dev\//, '');
	if (!/^[\w.:@+%*?[\]\\-]+(?:\/[\w.:@+%*?[\]\\ -]+)*$/.test(inside)) return undefined;
	return inside.split('/').some((part) => /^\.*$/.test(part)) ? undefined : `/dev/${inside}`;
}

function isGlob(path: string): boolean {
	return /[*?[]/.test(path);
}

/** Undefined when it names no single partition. */
export function partitionSelector(name: string): PartitionSelector | undefined {
	const [, tag = '', value = ''] = /^(LABEL|UUID|PARTLABEL)=(.+)$/.exec(name) ?? [];
	switch (tag) {
		case 'LABEL':
			return {label: value};
		case 'UUID':
			return {uuid: value};
		case 'PARTLABEL':
			return {partLabel: value};
	}
	const path = devicePath(name);
	if (path === undefined || isGlob(path)) return undefined;
	const [, link = '', encoded = ''] =
		/^\/dev\/disk\/by-(partlabel|label|uuid)\/(.+)$/.exec(path) ?? [];
	switch (link) {
		case 'partlabel':
			return {partLabel: decodeUdev(encoded)};
		case 'label':
			return {label: decodeUdev(encoded)};
		case 'uuid':
			return {uuid: encoded};
	}
	return {path};
}

/** The disk that a partition is on, by the kernel's rules for names; undefined where they do not tell. */
export function diskOfPartition({path}: PartitionSelector): string | undefined {
	const name = path?.replace(/^\/dev\//, '') ?? '';
	const [, disk] =
		/^(nvme\d+n\d+|mmcblk\d+|md\d+)p\d+$/.exec(name) ??
		/^((?:sd|vd|hd|xvd)[a-z]+)\d+$/.exec(name) ??
		[];
	return disk === undefined ? undefined : `/dev/${disk}`;
}

/** udev writes bytes that names may not have as `\x20`; undone, they are UTF-8. */
function decodeUdev(name: string): string {
	const bytes = Buffer.from(name).toString('latin1');
	const decoded = bytes.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return Buffer.from(decoded, 'latin1').toString();
}
