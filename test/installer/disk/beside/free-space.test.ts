import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	freeNumbers,
	freeRegions,
	largestRegion,
	touches,
} from '../../../../installer/disk/beside/free-space.ts';
import type {PartitionTable} from '../../../../installer/disk/partition-table.ts';
import {GiB, MiB} from '../../../../installer/disk/size.ts';
import {found} from './shared-disk.ts';

const test = suite('free space');

const table = (partitions: PartitionTable['partitions']): PartitionTable => ({
	label: 'gpt',
	id: '',
	sectorSize: 512,
	partitions,
	room: {start: 34 * 512, end: GiB - 33 * 512, slots: 6},
});
const inMiB = (regions: ReturnType<typeof freeRegions>) =>
	regions.map(({start, end}) => [start / MiB, end / MiB]);

test('is all between the copies of an empty table', () => {
	assert.equal(inMiB(freeRegions(table([]), GiB)), [[1, 1023]]);
	const {room, ...withoutRoom} = table([]);
	assert.equal(inMiB(freeRegions(withoutRoom, GiB)), [[1, 1023]]);
});

test('is what lies between partitions, in whole MiB, whatever their numbers', () => {
	const partitions = [
		found(3, 500, 100),
		{...found(1, 1, 99), size: 99 * MiB + 512},
		found(2, 300, 200),
	];
	assert.equal(inMiB(freeRegions(table(partitions), GiB)), [
		[101, 300],
		[600, 1023],
	]);
	assert.equal(inMiB(freeRegions(table(partitions), GiB, [found(3, 0, 0)])), [
		[101, 300],
		[500, 1023],
	]);
});

test('is nothing that is smaller than a MiB, and never behind the end of a grown disk', () => {
	assert.equal(inMiB(freeRegions(table([found(1, 1, 1022)]), GiB)), []);
	assert.equal(inMiB(freeRegions(table([found(1, 1, 999)]), 2 * GiB)), [[1000, 1023]]);
	assert.equal(inMiB(freeRegions(table([found(1, 1, 99)]), GiB / 2)), [[100, 511]]);
});

test('is largest where it is, the first of several', () => {
	const [first, second, third] = [
		{start: 0, end: 5},
		{start: 10, end: 20},
		{start: 30, end: 40},
	] as const;
	assert.is(largestRegion([first, second, third]), second);
	assert.is(largestRegion([]), undefined);
});

test('is touched by what has a part in it', () => {
	const region = {start: 10, end: 20};
	const places = [
		[0, 10],
		[0, 11],
		[12, 2],
		[19, 5],
		[20, 5],
	] as const;
	assert.equal(
		places.map(([start, size]) => touches(region, {start, size})),
		[false, true, true, true, false],
	);
});

test('leaves the numbers that nobody has, as many as the table takes', () => {
	assert.equal(freeNumbers(table([]), [found(2, 1, 1), found(5, 2, 1)]), [1, 3, 4, 6]);
	const {room, ...usual} = table([]);
	assert.is(freeNumbers(usual, []).length, 128);
});

test.run();
