import {Refused} from '../../engine/errors.ts';
import type {Answers} from '../answers/answers.ts';

interface UnfitKey {
	/** Of slipway's own configuration. */
	readonly key: string;
	readonly isSaid: (answers: Answers) => boolean;
	/** Why a disk image cannot honour it. */
	readonly reason: string;
	readonly hint: string;
}

const isForInstalling = 'is for installing on a disk of a machine, and here a file is made';
const leaveOut = (key: string) => `Leave ${key} out of the configuration of a disk image.`;

/** What only a machine with its disks can honour; all else a disk image does. */
const unfitKeys: readonly UnfitKey[] = [
	forMachine('disk', ({disk}) => disk !== undefined),
	forMachine('unattended', ({unattended}) => unattended !== undefined),
	forMachine('arm', ({arm}) => arm.length > 0),
	forMachine('finish', ({finish}) => finish.action !== undefined && finish.action !== 'wait'),
	forMachine('storage.wipe', ({storage}) => storage.wipe !== undefined),
	forMachine('storage.layout', ({storage: {layout}}) => layout !== undefined && layout !== 'disk'),
	forMachine('storage.replace', ({storage}) => storage.replace.length > 0),
	forMachine('storage.keep', ({storage}) => storage.keep.length > 0),
	forMachine('storage.mirror', ({storage}) => storage.mirror.length > 0),
	forMachine('storage.extra.existing', ({storage}) =>
		storage.partitions.some(({existing}) => existing !== undefined),
	),
	{
		key: 'storage.swap',
		isSaid: ({storage: {swap}}) => swap === 'recommended' || swap === 'hibernation',
		reason: 'follows from the memory of the machine, which nobody knows here',
		hint: 'Give the size of the swap partition, or take zram.',
	},
	{
		key: 'storage.extra',
		isSaid: ({storage: {partitions}}) => partitions.some(({size}) => size === undefined),
		reason: 'without a size takes the rest of a disk, which is for the root to grow into here',
		hint: 'Give the partition a size.',
	},
	{
		key: 'storage.encryption',
		isSaid: ({storage}) => storage.encryption !== undefined,
		reason: 'would give all copies of the image one key',
		hint: 'Install from the live medium (--format iso) to encrypt.',
	},
	{
		key: 'scripts',
		isSaid: ({scripts: {pre, preInstall, post, onError}}) =>
			[...pre, ...preInstall, ...post, ...onError].length > 0,
		reason: 'run in a system that is mounted, and nothing is mounted here',
		hint: 'Do it in the build of the image, or in a unit that runs at the first boot.',
	},
];

function forMachine(key: string, isSaid: UnfitKey['isSaid']): UnfitKey {
	return {key, isSaid, reason: isForInstalling, hint: leaveOut(key)};
}

/** A refusal for each key that a disk image cannot honour; nothing of a configuration is left out silently. */
export function refusalsOfUnfit(answers: Answers): Refused[] {
	return unfitKeys
		.filter(({isSaid}) => isSaid(answers))
		.map(({key, reason, hint}) => new Refused('not-for-disk-images', `${key} ${reason}`, {hint}));
}
