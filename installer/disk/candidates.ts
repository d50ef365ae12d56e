import {readdirSync, realpathSync} from 'node:fs';
import path from 'node:path';
import type {EngineError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {type KernelPaths, kernelPaths} from './block-devices.ts';
import {describeContent, isEmpty} from './content.ts';
import {type ListedDisk, lsblkArguments, parseDiskList} from './disk-list.ts';
import {inspectDisk} from './inventory.ts';
import {findRefusals, isFound} from './refusals.ts';

/** A disk of this machine, as somebody chooses among them. */
export interface DiskCandidate extends ListedDisk {
	/** Links to it below /dev/disk, as whole paths; none in a container without udev's. */
	readonly links: readonly string[];
	/** What is on it, for people. */
	readonly content: string;
	readonly isEmpty: boolean;
	/** Why nobody may take it, whatever is to be done with what it holds. */
	readonly refusals: readonly EngineError[];
}

/** All disks of the machine, those too that cannot be taken: one that is not shown makes people pull cables. */
export async function readCandidates(
	system: System,
	minimumSize = 0,
	paths: KernelPaths = kernelPaths,
): Promise<readonly DiskCandidate[]> {
	const {stdout} = await system.run('lsblk', lsblkArguments);
	const links = readDiskLinks(paths.dev);
	const candidates: DiskCandidate[] = [];
	// One after the other: an old drive answers slowest when it is asked by many.
	for (const disk of parseDiskList(stdout)) {
		const found = await inspectDisk(system, disk.path, paths);
		const refusals = findRefusals(found, {
			wipe: true,
			minimumSize,
			capabilities: system.capabilities(),
			neededCapabilities: [],
		});
		candidates.push({
			...disk,
			links: links.get(disk.name) ?? [],
			content: isFound(found) ? describeContent(found.content) : 'unknown',
			isEmpty: isFound(found) && isEmpty(found.content),
			refusals,
		});
	}
	return candidates;
}

/** Links below /dev/disk by the kernel name of the device that they lead to. */
export function readDiskLinks(dev: string): ReadonlyMap<string, readonly string[]> {
	const links = new Map<string, string[]>();
	for (const folder of namesIn(path.join(dev, 'disk'))) {
		for (const name of namesIn(path.join(dev, 'disk', folder))) {
			const target = path.basename(targetOf(path.join(dev, 'disk', folder, name)));
			links.set(target, [...(links.get(target) ?? []), `/dev/disk/${folder}/${name}`]);
		}
	}
	return links;
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder).sort();
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
		throw error;
	}
}

/** The device may have gone since. */
function targetOf(link: string): string {
	try {
		return realpathSync(link);
	} catch {
		return '';
	}
}
