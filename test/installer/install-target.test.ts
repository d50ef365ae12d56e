import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../engine/system/fake.ts';
import {noAnswers, type StorageAnswers} from '../../installer/answers/answers.ts';
import {diskFingerprint} from '../../installer/disk/fingerprint.ts';
import {minimumDiskSize} from '../../installer/disk/layout.ts';
import {mountingCapabilities} from '../../installer/disk/refusals.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
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
	mirror: [],
	wipe: false,
	mayReplace: true,
	storage: {...noAnswers.storage, ...storage},
});
const shared = (partitions = windows): InstallTarget => {
	const {disk} = besideRequest(partitions);
	return {disk: foundDisk(disk), others: [], sharing: {share: freeSpace, bootPartitions}};
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
	const whole = {disk: foundDisk(), others: [], sharing: undefined};
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

test('is not taken as a whole where a part of it was to be replaced', () => {
	const whole = {disk: foundDisk(), others: [], sharing: undefined};
	const replace = [{number: 3}, {type: 'linux'}] as const;
	assert.equal(
		refusalsOf(system, whole, options({layout: 'disk', wipe: true, replace}), needed).map(
			({code, message}) => `${code}: ${message}`,
		),
		[
			'replaces-all: /dev/sda is taken as a whole, and is to be replaced only in partition 3; partitions of Linux',
		],
	);
	// What is left of an installation in its place is taken as a whole, too.
	assert.equal(codes(whole, {layout: 'partition', replace}), []);
	assert.equal(codes(whole, {replace}), []);
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

test('has room for what encrypts the root too', () => {
	const size = minimumDiskSize({...needed, sectorSize: 512});
	const target = {disk: foundDisk({size}), others: [], sharing: undefined};
	const encrypted = {...needed, rootOverhead: 16 * MiB};
	assert.equal(codes(target), []);
	assert.equal(codes(target, {}, encrypted), ['too-small']);
	assert.not(isRoomyFor(target, encrypted));
	const space = (mib: number) => shared([...windows, found(5, 20_480 + mib, 45_055 - mib)]);
	const fits =
		Array.from({length: 2000}, (_, mib) => mib).find((mib) => codes(space(mib)).length === 0) ?? 0;
	assert.equal(
		[fits + 15, fits + 16].map((mib) => codes(space(mib), {}, encrypted)),
		[['no-room'], []],
	);
});

test('is refused with all disks of a mirror, each for itself and beside the others', () => {
	const file = (path: string, changes = {}) =>
		foundDisk({kind: 'file', path, realPath: path, ...changes});
	const mirrored = (...others: ReturnType<typeof file>[]): InstallTarget => ({
		disk: file('/a'),
		others,
		sharing: undefined,
	});
	assert.equal(codes(mirrored(file('/b'))), []);
	assert.equal(codes(mirrored(file('/b', {size: GiB}), file('/a'))), ['too-small', 'same-disk']);
	assert.not(isRoomyFor(mirrored(file('/b', {size: GiB})), needed));
	assert.equal(codes({...shared(), others: [file('/b')]}, {layout: 'free-space'}), ['cannot-yet']);
	const unprivileged = fakeSystem({capabilities: () => new Set<string>()});
	const privilegesFor = (target: InstallTarget, storage?: Partial<StorageAnswers>) =>
		refusalsOf(unprivileged, target, options(storage)).map(({code}) => code);
	assert.equal(privilegesFor(mirrored()), []);
	const missing = 'missing-capabilities';
	assert.equal(privilegesFor(mirrored(file('/b'))), [missing, missing]);
	const encryption = {passphrase: undefined, tpm2: undefined, recoveryKeyPath: undefined};
	assert.equal(privilegesFor(mirrored(), {encryption}), [missing]);
});

test('is the disk that the plan was shown for', () => {
	const disk = foundDisk();
	const check = (plannedDisk: string) =>
		refusalsOf(system, {disk, others: [], sharing: undefined}, {...options(), plannedDisk}).map(
			({code}) => code,
		);
	assert.equal(check(diskFingerprint(disk)), []);
	assert.equal(check('of another'), ['other-disk']);
});

test('is named in the origin', () => {
	assert.is(placeName({sharing: undefined}), 'whole disk');
	assert.is(placeName(shared()), 'free space');
});

test.run();
