import {type EngineError, Lacking, Refused} from '../../engine/errors.ts';
import {describeContent, isEmpty, isUnfinishedInstall} from './content.ts';
import type {DiskInventory, FoundDisk, NoDisk} from './inventory.ts';
import {tooSmall} from './layout.ts';
import {describeUse} from './usage.ts';

export interface InstallChecks {
	/** Leave to destroy what is on the disk. */
	readonly wipe: boolean;
	readonly minimumSize: number;
	/** Capabilities of this process, and those that the way of writing needs. */
	readonly capabilities: ReadonlySet<string>;
	readonly neededCapabilities: readonly string[];
}

/** To mount file systems and create every kind of file in them with its owner. */
export const mountingCapabilities = ['SYS_ADMIN', 'MKNOD', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER'];

/**
 * Everything that speaks against installing to a disk, so that nobody has to find out one by one.
 * Empty when nothing does.
 */
export function findRefusals(
	disk: DiskInventory,
	{wipe, minimumSize, capabilities, neededCapabilities}: InstallChecks,
): EngineError[] {
	const missing = neededCapabilities.filter((name) => !capabilities.has(name));
	const refusals: EngineError[] = missing.length > 0 ? [lackingCapabilities(missing)] : [];
	if (!isFound(disk)) {
		if (disk.backsRunningSystem) refusals.push(ownDisk(disk.path));
		// Without privileges no disk can be seen or read; the one cause is enough.
		const isFollowing = disk.kind === 'unreadable' || disk.kind === 'not-visible';
		if (refusals.length === 0 || !isFollowing) refusals.push(noDisk(disk));
		return refusals;
	}
	refusals.push(...refusalsOfUse(disk));
	if (disk.isReadOnly) {
		refusals.push(
			new Refused('read-only', `${disk.path} is read-only`, {
				hint:
					disk.kind === 'file'
						? 'Mount its folder writable, or take another disk.'
						: 'Look for a write-protection switch, or take another disk.',
			}),
		);
	}
	if (disk.size < minimumSize) refusals.push(tooSmall(disk.path, minimumSize, disk.size));
	if (!wipe && !isEmpty(disk.content) && !isUnfinishedInstall(disk.content)) {
		refusals.push(
			new Refused('holds-data', `${disk.path} holds data: ${describeContent(disk.content)}`, {
				hint: 'Give --wipe to destroy it, or take another disk.',
			}),
		);
	}
	return refusals;
}

export function isFound(disk: DiskInventory): disk is FoundDisk {
	return disk.kind === 'block-device' || disk.kind === 'file';
}

function refusalsOfUse(disk: FoundDisk): EngineError[] {
	if (disk.partitionOf !== undefined) {
		return [
			new Refused('partition', `${disk.path} is a partition of ${disk.partitionOf}`, {
				hint: `Give the whole disk: ${disk.partitionOf}.`,
			}),
		];
	}
	if (disk.backsRunningSystem) {
		return [ownDisk(disk.path)];
	}
	if (disk.uses.length === 0) return [];
	const uses = disk.uses.map(describeUse).join(', ');
	return [new Refused('in-use', `${disk.path} is in use: ${uses}`, {hint: stopHint(disk.uses)})];
}

/** udev assembles arrays that it finds, those of an earlier installation too. */
function stopHint(uses: FoundDisk['uses']): string {
	const arrays = new Set(
		uses.flatMap((use) => (use.kind === 'holder' && /^md\w+$/.test(use.holder) ? use.holder : [])),
	);
	if (arrays.size === 0) return 'Unmount or stop what uses it, or take another disk.';
	const devices = [...arrays].map((name) => `/dev/${name}`).join(' ');
	return `Unmount or stop what uses it, such as an array that nothing needs (mdadm --stop ${devices}), or take another disk.`;
}

function ownDisk(path: string): Refused {
	return new Refused('own-disk', `the system that runs here is on ${path}`, {
		hint: 'Take another disk, or start from another medium.',
	});
}

function noDisk({kind, path, detail}: NoDisk): EngineError {
	switch (kind) {
		case 'missing':
			return new Refused('no-such-device', `${path} does not exist`, {
				hint: path.startsWith('/dev/')
					? 'Run lsblk to see which disks there are.'
					: `Give a block device such as /dev/sda, or make the file first: truncate -s 20G ${path}`,
			});
		case 'not-visible':
			return new Lacking('not-visible', `${path} is not visible in this container`, {
				hint: 'Run the container with --privileged.',
			});
		case 'not-a-disk':
			return new Refused('not-a-disk', `${path} is not a disk: it is ${detail}`, {
				hint: 'Give a block device such as /dev/sda, or a file to use as a disk.',
			});
		case 'unreadable':
			return new Lacking('unreadable', `${path} cannot be read: ${detail}`, {
				hint: 'Run as root; in a container, with --privileged.',
			});
	}
}

function lackingCapabilities(missing: readonly string[]): Lacking {
	const names = missing.map((name) => `CAP_${name}`).join(', ');
	return new Lacking('missing-capabilities', `too few privileges: ${names} missing`, {
		hint: 'Run as root; in a container, with --privileged.',
	});
}
