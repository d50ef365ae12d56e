import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {FoundPartition} from '../../../installer/disk/content.ts';
import type {FoundDisk} from '../../../installer/disk/inventory.ts';
import {diskFacts} from '../../../ui/tui/disk-facts.ts';
import {besideRequest, found, windows} from '../../installer/disk/beside/shared-disk.ts';
import {emptyContent, foundDisk} from '../../installer/disk/found-disk.ts';

const test = suite('disks of the screens');

const factsOf = (changes: Partial<FoundDisk>) =>
	diskFacts({inventory: foundDisk(changes), refusals: []});
const shared = (partitions: readonly FoundPartition[]) => factsOf(besideRequest(partitions).disk);

test('offer free space where there is enough in one piece', () => {
	const full = [...windows, found(5, 20_480, 45_055)];
	const almost = [...windows, found(5, 20_600, 44_900)];
	assert.equal(
		[factsOf({}), shared(windows), shared(full), shared(almost)].map(
			({withoutFreeSpace}) => withoutFreeSpace,
		),
		[undefined, undefined, 'nothing is free', 'no more than 120 MiB are free in one piece'],
	);
});

test('offer the place of partitions that are large enough and nobody starts from', () => {
	assert.equal(
		shared(windows).partitions.map(({number, refusal}) => [number, refusal]),
		[
			[1, 'the systems of this disk start from it'],
			[2, 'it is too small'],
			[3, undefined],
			[4, 'it is too small'],
		],
	);
});

test('offer neither on an MBR, or without a table', () => {
	const {content} = besideRequest(windows).disk;
	const mbr = {label: 'dos', id: '', sectorSize: 512, partitions: []};
	const signatures = [{type: 'ext4', label: 'data', uuid: 'a'}];
	const disks = [
		factsOf({content: {...content, table: mbr}}),
		factsOf({content: {...emptyContent, signatures}}),
	];
	assert.equal(
		disks.map(({withoutFreeSpace, partitions}) => [withoutFreeSpace, partitions[2]?.refusal]),
		[
			['its partition table is an MBR', 'its partition table is an MBR'],
			['it has no GPT', undefined],
		],
	);
});

test('offer to install a system anew whose data is on partitions of its own', () => {
	const root = found(5, 20_480, 9000, {name: 'slipway-root'});
	const homes = found(6, 29_480, 9000, {name: 'slipway-var-home'});
	assert.is(shared([...windows, root]).reinstall, undefined);
	assert.equal(shared([...windows, root, homes]).reinstall, {
		root: 5,
		data: [{number: 6, mountPoint: '/var/home'}],
	});
});

test.run();
