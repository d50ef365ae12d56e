import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type DiskContent,
	describeContent,
	type FoundPartition,
	isEmpty,
	isUnfinishedInstall,
} from '../../../installer/disk/content.ts';
import type {Signature} from '../../../installer/disk/signatures.ts';

const test = suite('content of a disk');

const signature = (type: string, label?: string): Signature => ({type, label, uuid: undefined});
const partition = (name: string, found?: Signature): FoundPartition => ({
	number: 1,
	start: 0,
	size: 512,
	type: '',
	uuid: '',
	name,
	signature: found,
});

function content(
	partitions: readonly FoundPartition[] | undefined,
	signatures: readonly Signature[] = [],
	label = 'gpt',
): DiskContent {
	return {
		table: partitions && {label, id: '', sectorSize: 512, partitions},
		partitions: partitions ?? [],
		signatures,
		unknownData: 'none',
		bootEntry: 'unknown',
	};
}

test('is described by partitions and what is in them', () => {
	const found = content([
		partition('', signature('vfat', 'EFI')),
		partition('root', signature('ext4')),
		partition('data', signature('xfs', 'archive')),
		partition('', signature('crypto_LUKS')),
		partition('gap'),
		partition(''),
	]);
	assert.is(
		describeContent(found),
		'GPT with 6 partitions: vfat "EFI", ext4 "root", xfs "archive", LUKS, no file system "gap", no file system',
	);
});

test('is described shortly when there are many partitions, or in full', () => {
	const many = content(
		Array.from({length: 8}, (_, index) => partition(`p${index}`, signature('xfs'))),
		[],
		'dos',
	);
	assert.is(
		describeContent(many),
		'MBR with 8 partitions: xfs "p0", xfs "p1", xfs "p2", xfs "p3", xfs "p4", xfs "p5", 2 more',
	);
	assert.match(describeContent(many, 8), /xfs "p6", xfs "p7"$/);
});

test('is described without what others wrote for the terminal', () => {
	const evil = '\x1b[2J"x\u202e';
	assert.is(
		describeContent(content([partition(evil), partition('', signature('ext4', evil))])),
		'GPT with 2 partitions: no file system "\\u{1b}[2J\\"x\\u{202e}", ext4 "\\u{1b}[2J\\"x\\u{202e}"',
	);
});

test('is described without partitions', () => {
	assert.is(describeContent(content(undefined)), 'empty');
	assert.is(describeContent(content([])), 'GPT without partitions');
	assert.is(describeContent(content(undefined, [signature('ext4', 'backup')])), 'ext4 "backup"');
	assert.is(
		describeContent({...content(undefined), unknownData: 'other'}),
		'data of an unknown kind',
	);
	assert.is(
		describeContent(content([partition('p')], [signature('zfs_member')])),
		'ZFS, GPT with 1 partition: no file system "p"',
	);
});

test('is empty only without table, file system and other bytes', () => {
	assert.ok(isEmpty(content(undefined)));
	assert.not(isEmpty(content([])));
	assert.not(isEmpty(content(undefined, [signature('swap')])));
	assert.not(isEmpty({...content(undefined), unknownData: 'other'}));
});

test('is an unfinished installation while there is no loader entry and nothing else', () => {
	const esp = partition('slipway-esp', signature('vfat'));
	const unfinished = content([esp, partition('slipway-root-incomplete')]);
	assert.ok(isUnfinishedInstall(unfinished));
	assert.is(describeContent(unfinished), 'an unfinished slipway installation');
	assert.ok(isUnfinishedInstall({...unfinished, bootEntry: 'missing'}));
	assert.not(isUnfinishedInstall({...unfinished, bootEntry: 'present'}));
	// Of a reinstallation, on an ESP that the Windows of another disk has come to use.
	assert.not(isUnfinishedInstall({...unfinished, bootEntry: 'shared'}));
	const named = content([esp, partition('slipway-root')]);
	assert.ok(isUnfinishedInstall({...named, bootEntry: 'missing'}));
	assert.not(isUnfinishedInstall({...named, bootEntry: 'present'}));
	assert.not(isUnfinishedInstall({...named, bootEntry: 'shared'}));
	const further = (name: string) => content([...unfinished.partitions, partition(name)]);
	assert.ok(isUnfinishedInstall(further('slipway-var-incomplete')));
	// Of the system before, whose root was to be replaced.
	assert.not(isUnfinishedInstall(further('slipway-var')));
	// Somebody made the boot partition anew, say.
	assert.not(isUnfinishedInstall(named));
	assert.not(isUnfinishedInstall(content([esp])));
	assert.not(isUnfinishedInstall({...unfinished, signatures: [signature('ext4')]}));
	assert.not(
		isUnfinishedInstall(
			content([...unfinished.partitions, partition('photos', signature('ext4'))]),
		),
	);
});

test.run();
