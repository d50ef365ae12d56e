import {Refused} from '../engine/errors.ts';
import type {StorageAnswers} from './answers/answers.ts';

/** Two keys of a configuration, each of which an installation heeds, but not both. */
interface UnbuiltPair {
	readonly keys: readonly [string, string];
	readonly message: string;
	readonly hint: string;
}

/**
 * What is asked of storage that nobody has built together. Names are those of slipway's own configuration.
 * @param isMirrored whether there is more than one disk
 */
function unbuiltPairs(storage: StorageAnswers, isMirrored: boolean): readonly UnbuiltPair[] {
	const {layout, replace, partitions, encryption} = storage;
	const isShared = layout === undefined ? replace.length > 0 : layout !== 'disk';
	const places = partitions.map(({mountPoint}) => mountPoint).join(', ');
	const bare = partitions.filter(
		({existing, encrypted}) => existing?.format !== false && !encrypted,
	);
	const pairs: readonly (UnbuiltPair & {readonly isAsked: boolean})[] = [
		{
			isAsked: isMirrored && isShared,
			keys: ['storage.mirror', 'storage.layout'],
			message: 'disks that are shared with other systems cannot be mirrored yet',
			hint: 'Give whole disks (--layout disk), or one disk.',
		},
		{
			isAsked: isMirrored && hasSwapPartition(storage),
			keys: ['storage.mirror', 'storage.swap'],
			message: 'a machine with a mirrored root cannot have a swap partition yet',
			hint: 'Take zram or none for swap, or give one disk.',
		},
		{
			isAsked: isMirrored && partitions.length > 0,
			keys: ['storage.mirror', 'storage.extra'],
			message: `the root is mirrored alone, and a partition for ${places} cannot be yet`,
			hint: 'Leave it out, and it is on the mirrored root; or give one disk.',
		},
		{
			isAsked: encryption !== undefined && hasSwapPartition(storage),
			keys: ['storage.encryption', 'storage.swap'],
			message:
				'a swap partition cannot be encrypted yet, and would hold what the root keeps secret',
			hint: 'Take zram or none for swap.',
		},
		{
			isAsked: encryption !== undefined && bare.length > 0,
			keys: ['storage.encryption', 'storage.extra'],
			message: `the root is encrypted alone, and a new file system for ${bare.map(({mountPoint}) => mountPoint).join(', ')} cannot be yet`,
			hint: 'Leave it out, and it is on the encrypted root.',
		},
	];
	return pairs.filter(({isAsked}) => isAsked);
}

/** Refusals of an installation on a disk, or on several. */
export function refusalsOfUnbuilt(storage: StorageAnswers, isMirrored: boolean): Refused[] {
	return unbuiltPairs(storage, isMirrored).map(
		({keys, message, hint}) =>
			new Refused('cannot-yet', `${message} (${keys.join(' together with ')})`, {hint}),
	);
}

/** `storage.mirror together with storage.swap` of a configuration. */
export function unbuiltKeys(storage: StorageAnswers): string[] {
	return unbuiltPairs(storage, storage.mirror.length > 0).map(({keys}) =>
		keys.join(' together with '),
	);
}

function hasSwapPartition({swap}: StorageAnswers): boolean {
	return swap !== undefined && swap !== 'none' && swap !== 'zram';
}
