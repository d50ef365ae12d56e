import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../engine/system/fake.ts';
import {noAnswers, type StorageAnswers} from '../../installer/answers/answers.ts';
import {mountingCapabilities} from '../../installer/disk/refusals.ts';
import {GiB} from '../../installer/disk/size.ts';
import {
	type InstallTarget,
	isRoomyFor,
	type NeededRoom,
	placeName,
	refusalsOf,
	type TargetOptions,
} from '../../installer/install-target.ts';
import {besideRequest, found, freeSpace, windows} from './disk/beside/shared-disk.ts';
import {foundDisk} from './disk/found-disk.ts';

const test = suite('disk of an installation');

const system = fakeSystem({capabilities: () => new Set(mountingCapabilities)});
const {sizes, settings, architecture, seed, bootPartitions} = besideRequest(windows);
const needed: NeededRoom = {sizes, settings, architecture, seed};
const options = (storage: Partial<StorageAnswers> = {}): TargetOptions => ({
	path: '/dev/sda',
	wipe: false,
	mayReplace: true,
	storage: {...noAnswers.storage, ...storage},
});
const shared = (partitions = windows): InstallTarget => {
	const {disk} = besideRequest(partitions);
	return {disk: foundDisk(disk), sharing: {share: freeSpace, bootPartitions}};
};
const codes = (target: InstallTarget, storage?: Partial<StorageAnswers>, needs = needed) =>
	refusalsOf(system, target, options(storage), needs).map(({code}) => code);

test('may hold data when it is shared, and has to have room', () => {
	assert.equal(codes(shared()), []);
	assert.ok(isRoomyFor(shared(), needed));
	const full = shared([...windows, found(5, 20_480, 45_055)]);
	assert.equal(codes(full), ['no-room']);
	assert.not(isRoomyFor(full, needed));
	assert.equal(codes({...shared(), sharing: undefined}), ['holds-data']);
});

test('keeps nothing when it is taken as a whole', () => {
	const whole = {disk: foundDisk(), sharing: undefined};
	const further = {
		mountPoint: '/var',
		existing: {partition: {number: 3}, format: false},
		size: undefined,
		fileSystem: undefined,
		label: undefined,
		options: [],
		encrypted: false,
	};
	assert.equal(codes(whole), []);
	assert.equal(codes(whole, {keep: [{label: 'a'}], partitions: [further]}), ['keeps-nothing']);
});

test('is told of with all that was wished in vain', () => {
	const wishes = {
		root: {size: GiB, least: undefined, most: undefined},
		swapSize: 0,
		further: [],
	};
	assert.equal(codes(shared(), {}, {...needed, wishes}), [
		'partition-too-small',
		'partition-too-small',
	]);
});

test('is named in the origin', () => {
	assert.is(placeName({disk: foundDisk(), sharing: undefined}), 'whole disk');
	assert.is(placeName(shared()), 'free space');
});

test.run();
