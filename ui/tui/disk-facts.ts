import path from 'node:path';
import {freeRegions, largestRegion} from '../../installer/disk/beside/free-space.ts';
import {
	type DiskContent,
	describeContent,
	describePartition,
	type FoundPartition,
	isEmpty,
} from '../../installer/disk/content.ts';
import type {FoundDisk} from '../../installer/disk/inventory.ts';
import type {ListedDisk} from '../../installer/disk/list-disks.ts';
import {furtherName, partitionNames} from '../../installer/disk/partition-names.ts';
import {partitionTypes} from '../../installer/disk/partition-types.ts';
import {isFound} from '../../installer/disk/refusals.ts';
import {formatSize, GiB} from '../../installer/disk/size.ts';
import type {DiskFacts, ReinstallFacts} from './port.ts';

/** A disk as the screens show it. */
export function diskFacts({inventory, refusals}: ListedDisk): DiskFacts {
	const {path: file} = inventory;
	const messages = refusals.map(({message}) => message);
	const common = {path: file, name: path.basename(file), refusals: messages, warnings: []};
	if (!isFound(inventory))
		return {
			...common,
			size: 0,
			transport: undefined,
			model: undefined,
			serial: undefined,
			wwn: undefined,
			content: 'cannot be read',
			isEmpty: false,
			withoutFreeSpace: 'it cannot be read',
			partitions: [],
		};
	const {size, identity, content} = inventory;
	const reinstall = reinstallFacts(content);
	return {
		...common,
		size,
		transport: identity.transport,
		model: identity.model,
		serial: identity.serial,
		wwn: identity.wwn,
		content: describeContent(content),
		isEmpty: isEmpty(content),
		withoutFreeSpace: whyNoFreeSpace(inventory),
		partitions: content.partitions.map((partition) => ({
			number: partition.number,
			size: partition.size,
			content: describePartition(partition),
			refusal: whyNotReplaceable(inventory, partition),
		})),
		...(reinstall && {reinstall}),
	};
}

/** By the names that an installation gives. */
function reinstallFacts({partitions}: DiskContent): ReinstallFacts | undefined {
	const root = partitions.find(({name}) => name === partitionNames.root);
	const data = ['/var', '/var/home'].flatMap((mountPoint) => {
		const found = partitions.find(({name}) => name === furtherName(mountPoint));
		return found === undefined ? [] : [{number: found.number, mountPoint}];
	});
	return root === undefined || data.length === 0 ? undefined : {root: root.number, data};
}

/** Less is free for a system whatever the image; how much it needs, the plan tells. */
const smallestRoom = GiB;

function whyNoFreeSpace({content, size}: FoundDisk): string | undefined {
	if (isEmpty(content)) return undefined;
	const {table} = content;
	const unshared = whyNotShared(content);
	if (table === undefined || unshared !== undefined) return unshared;
	const largest = largestRegion(freeRegions(table, size));
	const room = largest === undefined ? 0 : largest.end - largest.start;
	if (room >= smallestRoom) return undefined;
	return room === 0 ? 'nothing is free' : `no more than ${formatSize(room)} are free in one piece`;
}

function whyNotReplaceable({content}: FoundDisk, {type, size}: FoundPartition): string | undefined {
	if (type === partitionTypes.esp) return 'the systems of this disk start from it';
	if (size < smallestRoom) return 'it is too small';
	return whyNotShared(content);
}

function whyNotShared({table, signatures}: DiskContent): string | undefined {
	if (table?.label === 'dos') return 'its partition table is an MBR';
	return table?.label !== 'gpt' || signatures.length > 0 ? 'it has no GPT' : undefined;
}
