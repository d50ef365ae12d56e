import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import {mountingCapabilities} from '../../../installer/disk/refusals.ts';
import type {BootTarget} from '../../../installer/mounted/boot-target.ts';
import {refusalsOfDefaultRoot} from '../../../installer/mounted/default-subvolume.ts';
import type {RootTarget} from '../../../installer/mounted/root-target.ts';
import {
	findTargetRefusals,
	findVolumeRefusals,
	type Replace,
} from '../../../installer/mounted/target-refusals.ts';
import {espVolume, rootTarget} from './targets.ts';

const test = suite('refusals of mounted file systems');

const capabilities = new Set(mountingCapabilities);
const boot: BootTarget = {esp: espVolume(), xbootldr: undefined};
const found = (root: RootTarget, target = boot, replace: Replace = 'nothing') =>
	findTargetRefusals(root, target, {replace, capabilities, isTakeover: false}).map(
		({code, message}) => [code, message],
	);

const names = {foreign: [], own: [], leftover: [], isUnfinished: false};

test('are none for a new file system with its boot partition', () => {
	assert.equal(found(rootTarget()), []);
});

const ofRoot: readonly (readonly [changes: Partial<RootTarget>, code: string, message: string])[] =
	[
		[
			{mount: {...rootTarget().mount, type: 'zfs'}},
			'file-system',
			'/target is zfs, and not ext4, btrfs, xfs',
		],
		[
			{mount: {...rootTarget().mount, root: '/@'}},
			'not-whole',
			'/target is the folder or subvolume /@ of a file system',
		],
		[{isReadOnly: true}, 'read-only', '/target is mounted read-only'],
		[{device: undefined}, 'no-disk', '/target is on no disk that can be seen'],
		[
			{names: {...names, foreign: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']}},
			'not-empty',
			'/target is not empty: a, b, c, d, e, f and 2 more',
		],
		[
			{names: {...names, own: ['composefs', 'state']}},
			'name-taken',
			'/target has composefs and state already, which slipway needs',
		],
		[
			{names: {...names, own: ['composefs', 'state'], leftover: ['composefs'], isUnfinished: true}},
			'name-taken',
			'/target has state already, which slipway needs',
		],
	];

for (const [changes, code, message] of ofRoot)
	test(`name what is wrong with a root: ${code}`, () => {
		assert.equal(found(rootTarget(changes)), [[code, message]]);
	});

test('leave files of others alone where these may stay, and do not mind them where they go', () => {
	const root = rootTarget({names: {...names, foreign: ['usr'], own: ['state']}});
	assert.equal(
		found(root, boot, 'alongside').map(([code]) => code),
		['name-taken'],
	);
	assert.equal(found(root, boot, 'wipe'), []);
});

test('give other advice where a system is to be taken over', () => {
	const root = rootTarget({mount: {...rootTarget().mount, root: '/@'}});
	const checks = {replace: 'alongside', capabilities, isTakeover: true} as const;
	assert.equal(
		findTargetRefusals(root, boot, checks).map(({hint}) => hint),
		['A system whose root is a subvolume cannot be taken over; install to a disk of its own.'],
	);
});

test('name a subvolume that would be mounted instead', () => {
	assert.equal(refusalsOfDefaultRoot(rootTarget(), '/'), []);
	assert.equal(
		refusalsOfDefaultRoot(rootTarget(), '/@/.snapshots/1/snapshot').map(({message}) => message),
		['/target has the default subvolume /@/.snapshots/1/snapshot, which would be mounted at boot'],
	);
});

const partition = espVolume().partition;
const ofBoot: readonly (readonly [target: BootTarget, code: string, message: string])[] = [
	[{esp: undefined, xbootldr: undefined}, 'no-esp', 'no EFI system partition was found'],
	[
		{
			...boot,
			esp: espVolume({partition: partition && {...partition, type: partitionTypes.xbootldr}}),
		},
		'not-esp',
		'/dev/vda1 is not marked as the EFI system partition in a GPT',
	],
	[
		{...boot, esp: espVolume({signature: undefined})},
		'boot-not-fat',
		'the EFI system partition /dev/vda1 is empty, and not FAT',
	],
	[
		{
			...boot,
			xbootldr: espVolume({
				signature: {type: 'ext4', label: 'boot', uuid: undefined},
				partition: partition && {...partition, type: partitionTypes.xbootldr},
			}),
		},
		'boot-not-fat',
		'the extended boot loader partition /dev/vda1 is ext4 "boot", and not FAT',
	],
];

for (const [target, code, message] of ofBoot)
	test(`name what is wrong with a boot partition: ${message}`, () => {
		assert.equal(found(rootTarget(), target), [[code, message]]);
	});

test('come all at once', () => {
	const root = rootTarget({isReadOnly: true, names: {...names, foreign: ['usr']}});
	assert.equal(
		found(root, {esp: undefined, xbootldr: undefined}).map(([code]) => code),
		['read-only', 'not-empty', 'no-esp'],
	);
});

test('are for want of privileges alone where these are missing', () => {
	const few = findTargetRefusals(rootTarget({isReadOnly: true}), boot, {
		replace: 'nothing',
		capabilities: new Set(['CHOWN']),
		isTakeover: false,
	});
	assert.equal(
		few.map(({code}) => code),
		['missing-capabilities'],
	);
});

test('name volumes that the initramfs would have to set up', () => {
	const root = rootTarget({volumes: ['LVM', 'LUKS', 'MD RAID']});
	const messages = (hasLvm: boolean) =>
		findVolumeRefusals(root, hasLvm).map(({message}) => message);
	assert.equal(messages(true), ['/target lies on LUKS', '/target lies on MD RAID']);
	assert.equal(messages(false), [
		'/target lies on LVM',
		'/target lies on LUKS',
		'/target lies on MD RAID',
	]);
});

test.run();
