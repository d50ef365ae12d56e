import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import type {DiskSelector} from '../../../installer/answers/answers.ts';
import type {DiskCandidate} from '../../../installer/disk/candidates.ts';
import {parseDiskList} from '../../../installer/disk/disk-list.ts';
import {selectDisk, selectedDisk} from '../../../installer/disk/select-disk.ts';
import {lsblkSamples} from './lsblk-samples.ts';

const test = suite('selection of a disk');

function candidates(
	json: string,
	changes: Readonly<Record<string, Partial<DiskCandidate>>> = {},
): DiskCandidate[] {
	return parseDiskList(json).map((disk) => ({
		...disk,
		links: [],
		content: 'empty',
		isEmpty: true,
		refusals: [],
		...changes[disk.name],
	}));
}

const workstation = candidates(lsblkSamples.workstation, {
	nvme0n1: {
		links: [
			'/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_1TB_S6Z1NJ0W1111',
			'/dev/disk/by-path/pci-0000:01:00.0-nvme-1',
			'/dev/disk/by-diskseq/1',
		],
	},
	sda: {isEmpty: false, content: 'GPT with 1 partition: ext4 "data"'},
});
const twins = candidates(lsblkSamples.twins);

/** The path, or why each disk was not taken. */
function chosen(disks: readonly DiskCandidate[], ...selectors: DiskSelector[]): unknown {
	const choice = selectDisk(selectors, disks);
	if (choice.kind === 'chosen') return choice.disk.path;
	return [choice.kind, ...choice.lost.map(({disk, why}) => `${disk.name}: ${why}`)];
}

for (const [selector, path] of [
	[{serial: 'S6Z1*'}, '/dev/nvme0n1'],
	[{serial: 'ZGY0ABCD'}, '/dev/sda'],
	[{wwn: '0x5000*'}, '/dev/sda'],
	[{model: 'Samsung SSD 9[0-9]0*'}, '/dev/nvme0n1'],
	[{vendor: 'ATA'}, '/dev/sda'],
	[{byId: 'nvme-Samsung*'}, '/dev/nvme0n1'],
	[{byPath: 'pci-0000:01:*'}, '/dev/nvme0n1'],
	[{path: '/dev/sda'}, '/dev/sda'],
	[{path: '/dev/disk/by-diskseq/1'}, '/dev/nvme0n1'],
	[{path: '/dev/sdb'}, '/dev/sdb'],
	[{transport: ['sata', 'sas']}, '/dev/sda'],
	[{transport: ['usb']}, '/dev/sdb'],
	[{rotational: true}, '/dev/sda'],
	[{rotational: false}, '/dev/nvme0n1'],
	[{removable: true, size: {most: 64e9}}, '/dev/sdb'],
	[{empty: true}, '/dev/nvme0n1'],
	[{empty: false}, '/dev/sda'],
	[{size: {least: 2e12}}, '/dev/sda'],
	[{size: {least: 1e9, most: 1_000_204_886_016}}, '/dev/nvme0n1'],
] as const satisfies readonly (readonly [Omit<DiskSelector, 'pick'>, string])[])
	test(`takes ${path} by ${JSON.stringify(selector)}`, () => {
		assert.is(chosen(workstation, {...selector, pick: 'only'}), path);
	});

test('takes the smallest or largest of those that match, and no stick among them', () => {
	assert.is(chosen(workstation, {pick: 'smallest'}), '/dev/nvme0n1');
	assert.is(chosen(workstation, {pick: 'largest'}), '/dev/sda');
	assert.is(chosen(workstation, {pick: 'smallest', removable: true}), '/dev/sdb');
});

test('tries selectors in order', () => {
	assert.is(chosen(workstation, {serial: 'none', pick: 'only'}, {pick: 'largest'}), '/dev/sda');
});

test('takes none of two, also not by their size, and says so', () => {
	assert.equal(chosen(twins, {pick: 'only'}), [
		'several',
		'nvme0n1: matches, and so do others',
		'nvme1n1: matches, and so do others',
	]);
	assert.equal(chosen(twins, {pick: 'largest'}), [
		'several',
		'nvme0n1: matches, and is as large as others',
		'nvme1n1: matches, and is as large as others',
	]);
	assert.is(chosen(twins, {serial: '*2222', pick: 'only'}), '/dev/nvme1n1');
});

test('says of each disk why it was not taken', () => {
	const busy = candidates(lsblkSamples.workstation, {
		nvme0n1: {refusals: [new Refused('own-disk', 'the system that runs here is on /dev/nvme0n1')]},
		sda: {isEmpty: false, content: 'LUKS'},
	});
	assert.equal(
		chosen(busy, {serial: 'X', byId: 'nvme-*', size: {least: 1e14}, empty: true, pick: 'only'}),
		[
			'none',
			'nvme0n1: the system that runs here is on /dev/nvme0n1',
			'sda: it has no by-id, its serial is ZGY0ABCD, it has only 3.6 TiB, it holds data: LUKS',
			'sdb: it has no by-id, its serial is 4C530001, it has only 30 GiB, it is removable, and removable = true was not said',
		],
	);
});

test('never takes a disk that is refused, whatever names it', () => {
	const refusals = [new Refused('in-use', '/dev/sda is in use: sda1 is mounted on /home')];
	const used = candidates(lsblkSamples.workstation, {sda: {refusals}});
	assert.equal(chosen(used, {path: '/dev/sda', pick: 'only'}), [
		'none',
		'nvme0n1: it is not /dev/sda',
		'sda: /dev/sda is in use: sda1 is mounted on /home',
		'sdb: it is not /dev/sda',
	]);
	assert.is(chosen(used, {pick: 'largest'}), '/dev/nvme0n1');
});

for (const [disks, selector, code, message] of [
	[[], {pick: 'only'}, 'no-disk', 'there is no disk'],
	[
		candidates(lsblkSamples.virtual),
		{serial: 'a', pick: 'only'},
		'no-disk',
		'no disk is what is asked for: /dev/vda (32 GiB, virtio): it has no serial; /dev/vdb (10 GiB, virtio, serial data): its serial is data',
	],
	[
		twins,
		{pick: 'only'},
		'several-disks',
		'several disks are what is asked for: /dev/nvme0n1 (Samsung SSD 990 PRO 1TB, 932 GiB, nvme, serial S6Z1NJ0W1111): matches, and so do others; /dev/nvme1n1 (Samsung SSD 990 PRO 1TB, 932 GiB, nvme, serial S6Z1NJ0W2222): matches, and so do others',
	],
] as readonly (readonly [DiskCandidate[], DiskSelector, string, string])[])
	test(`ends an installation with ${code}: ${disks.length} disks`, () => {
		assert.throws(
			() => selectedDisk([selector], disks),
			(error: unknown) =>
				error instanceof Refused && error.code === code && error.message === message,
		);
	});

test.run();
