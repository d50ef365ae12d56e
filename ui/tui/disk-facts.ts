import path from 'node:path';
import {describeContent, describePartition, isEmpty} from '../../installer/disk/content.ts';
import type {ListedDisk} from '../../installer/disk/list-disks.ts';
import {isFound} from '../../installer/disk/refusals.ts';
import type {DiskFacts} from './port.ts';

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
	return {
		...common,
		size,
		transport: identity.transport,
		model: identity.model,
		serial: identity.serial,
		wwn: identity.wwn,
		content: describeContent(content),
		isEmpty: isEmpty(content),
		withoutFreeSpace: besideOthers,
		partitions: content.partitions.map((partition) => ({
			number: partition.number,
			size: partition.size,
			content: describePartition(partition),
			refusal: besideOthers,
		})),
	};
}

const besideOthers = 'this installer takes whole disks';
