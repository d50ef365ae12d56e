import {keptRecoveryKey} from '../../engine/deployment/root-encryption.ts';
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
		key: 'storage.encryption.passphrase',
		isSaid: ({storage: {encryption}}) => encryption?.passphrase !== undefined,
		reason: 'would be in clear in the image, and the same on all its machines',
		hint: 'Have the TPM2 of each machine unlock it (tpm2 = true); systemd-cryptenroll --password adds one there.',
	},
	{
		key: 'storage.encryption.tpm2.pin',
		isSaid: ({storage: {encryption}}) => encryption?.tpm2?.pin !== undefined,
		reason: 'would be in clear in the image, and the same on all its machines',
		hint: 'Leave it out; systemd-cryptenroll --tpm2-with-pin=yes asks for one on the machine.',
	},
	{
		key: 'storage.encryption.key-derivation',
		isSaid: ({storage: {encryption}}) => encryption?.keyDerivation !== undefined,
		reason: 'is for a passphrase, and a disk image has none',
		hint: leaveOut('storage.encryption.key-derivation'),
	},
	{
		key: 'storage.encryption.recovery-key',
		isSaid: ({storage: {encryption}}) =>
			(encryption?.recoveryKeyPath ?? encryption?.recoveryKeyShown) !== undefined,
		reason: 'says where a key goes that each machine makes for itself',
		hint: `Leave it out: it is in ${keptRecoveryKey} of the machine.`,
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
