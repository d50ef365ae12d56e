import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type EngineError, exitStatus, Lacking} from '../../../engine/errors.ts';
import type {DiskInventory, NoDisk} from '../../../installer/disk/inventory.ts';
import {
	findRefusals,
	type InstallChecks,
	mountingCapabilities,
} from '../../../installer/disk/refusals.ts';
import {GiB} from '../../../installer/disk/size.ts';
import {emptyContent, foundDisk} from './found-disk.ts';

const test = suite('refusals');

const checks: InstallChecks = {
	wipe: false,
	minimumSize: 2 * GiB,
	capabilities: new Set(mountingCapabilities),
	neededCapabilities: mountingCapabilities,
};
const holdingData = {
	...emptyContent,
	signatures: [{type: 'ext4', label: 'photos', uuid: undefined}],
};
const noDisk = (changes: Partial<NoDisk>): NoDisk => ({
	kind: 'missing',
	path: '/dev/sdz',
	detail: '',
	backsRunningSystem: false,
	...changes,
});

function refusalsOf(disk: DiskInventory, changes: Partial<InstallChecks> = {}): EngineError[] {
	return findRefusals(disk, {...checks, ...changes});
}

const summary = ({code, message, hint}: EngineError) => [code, message, hint];

test('are none for an empty disk', () => {
	assert.equal(refusalsOf(foundDisk()), []);
	assert.equal(refusalsOf(foundDisk({kind: 'file', path: 'disk.raw'})), []);
});

test('name what is wrong with a disk, and the next step', () => {
	const cases: readonly (readonly [DiskInventory, ...string[]])[] = [
		[
			noDisk({}),
			'no-such-device',
			'/dev/sdz does not exist',
			'Run lsblk to see which disks there are.',
		],
		[
			noDisk({kind: 'not-a-disk', path: '/etc', detail: 'a folder'}),
			'not-a-disk',
			'/etc is not a disk: it is a folder',
			'Give a block device such as /dev/sda, or a file to use as a disk.',
		],
		[
			noDisk({kind: 'not-visible'}),
			'not-visible',
			'/dev/sdz is not visible in this container',
			'Run the container with --privileged.',
		],
		[
			noDisk({kind: 'unreadable', detail: 'EACCES'}),
			'unreadable',
			'/dev/sdz cannot be read: EACCES',
			'Run as root; in a container, with --privileged.',
		],
		[
			foundDisk({
				uses: [
					{kind: 'mount', device: 'sda1', mountPoint: '/home'},
					{kind: 'swap', device: 'sda2'},
				],
			}),
			'in-use',
			'/dev/sda is in use: sda1 is mounted on /home, sda2 is swap space in use',
			'Unmount or stop what uses it, or take another disk.',
		],
		[
			foundDisk({size: GiB}),
			'too-small',
			'/dev/sda is too small: this image needs 2.0 GiB (2147483648 bytes), it has 1.0 GiB (1073741824 bytes)',
			'Take a larger disk, or make the image smaller.',
		],
		[
			foundDisk({isReadOnly: true}),
			'read-only',
			'/dev/sda is read-only',
			'Look for a write-protection switch, or take another disk.',
		],
		[
			foundDisk({partitionOf: '/dev/sda', path: '/dev/sda2'}),
			'partition',
			'/dev/sda2 is a partition of /dev/sda',
			'Give the whole disk: /dev/sda.',
		],
		[
			foundDisk({content: holdingData}),
			'holds-data',
			'/dev/sda holds data: ext4 "photos"',
			'Give --wipe to destroy it, or take another disk.',
		],
	];
	for (const [disk, ...expected] of cases) {
		assert.equal(refusalsOf(disk).map(summary), [expected]);
	}
});

test("say one thing of the running system's own disk, also when it cannot be read", () => {
	const expected = [
		'own-disk',
		'the system that runs here is on /dev/sda',
		'Take another disk, or start from another medium.',
	];
	const uses = [{kind: 'mount', device: 'sda1', mountPoint: '/'}] as const;
	assert.equal(refusalsOf(foundDisk({backsRunningSystem: true, uses})).map(summary), [expected]);
	const unreadable = noDisk({
		kind: 'unreadable',
		path: '/dev/sda',
		detail: 'EPERM',
		backsRunningSystem: true,
	});
	assert.equal(refusalsOf(unreadable).map(summary), [expected]);
});

test('leave data alone only until somebody gives it up', () => {
	assert.equal(refusalsOf(foundDisk({content: holdingData}), {wipe: true}), []);
});

test('do not ask to give up what an interrupted installation left', () => {
	const partition = {number: 1, start: 0, size: 1, type: '', uuid: '', signature: undefined};
	const partitions = ['slipway-esp', 'slipway-root-incomplete'].map((name) => ({
		...partition,
		name,
	}));
	const table = {label: 'gpt', id: '', sectorSize: 512, partitions};
	assert.equal(refusalsOf(foundDisk({content: {...emptyContent, table, partitions}})), []);
});

test('name the privileges that are missing, once', () => {
	const capabilities = new Set(['CHOWN', 'FOWNER', 'DAC_OVERRIDE']);
	const expected = [
		'missing-capabilities',
		'too few privileges: CAP_SYS_ADMIN, CAP_MKNOD missing',
		'Run as root; in a container, with --privileged.',
	];
	assert.equal(refusalsOf(foundDisk(), {capabilities}).map(summary), [expected]);
	const unreadable = noDisk({kind: 'unreadable', detail: 'EACCES'});
	assert.equal(refusalsOf(unreadable, {capabilities}).map(summary), [expected]);
	assert.equal(refusalsOf(foundDisk(), {capabilities, neededCapabilities: []}), []);
});

test('come all at once', () => {
	const disk = foundDisk({size: GiB, isReadOnly: true, content: holdingData});
	const refusals = refusalsOf(disk, {capabilities: new Set()});
	assert.equal(
		refusals.map(({code}) => code),
		['missing-capabilities', 'read-only', 'too-small', 'holds-data'],
	);
});

test('name only privileges when these are why a disk cannot be seen', () => {
	for (const kind of ['not-visible', 'unreadable'] as const)
		assert.equal(
			refusalsOf(noDisk({kind}), {capabilities: new Set()}).map(({code}) => code),
			['missing-capabilities'],
		);
});

test('end with the status of their kind', () => {
	assert.equal(
		refusalsOf(foundDisk({isReadOnly: true}), {capabilities: new Set()}).map((error) => [
			error instanceof Lacking,
			error.exitStatus,
		]),
		[
			[true, exitStatus.lacking],
			[false, exitStatus.refused],
		],
	);
});

test('say how an array is stopped that holds a disk', () => {
	const held = (holder: string) =>
		refusalsOf(foundDisk({uses: [{kind: 'holder', device: 'sda2', holder}]}))[0]?.hint ?? '';
	assert.match(held('md127'), /\(mdadm --stop \/dev\/md127\)/);
	assert.not.match(held('dm-0 (vg-root)'), /mdadm/);
});

test.run();
