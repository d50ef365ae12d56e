import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noProgress} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {
	findMirrorProblems,
	mirrorArguments,
	planMirror,
} from '../../../installer/mirror/mirror-plan.ts';
import {mirroredRoot} from '../../../installer/mirror/mirrored-root.ts';
import type {RootVolume} from '../../../installer/root-volume.ts';
import {stackedVolume} from '../../../installer/stacked-volume.ts';
import {foundDisk} from '../disk/found-disk.ts';

const test = suite('mirrored root');

const root: PlannedPartition = {
	role: 'root',
	number: 2,
	start: 100 * MiB,
	size: 3 * GiB,
	type: '',
	uuid: '',
	name: 'a',
	finishedName: 'b',
	fileSystem: {type: 'ext4', uuid: '', label: ''},
};
const disks = ['/dev/sda', '/dev/sdb'].map((path) => ({path, sectorSize: 4096}));

test('is started by the UUID that follows from the seed', () => {
	const plan = planMirror('fixed');
	assert.match(plan.uuid, /^[0-9a-f]{8}(:[0-9a-f]{8}){3}$/);
	assert.equal(plan, planMirror('fixed'));
	assert.is.not(plan.uuid, planMirror('another').uuid);
	assert.equal(mirrorArguments(plan), [
		{argument: `rd.md.uuid=${plan.uuid}`, source: 'install: mirror'},
	]);
});

test('is an array over the same partition of each disk, as long as it is open', async () => {
	const plan = {
		level: 'raid1',
		uuid: '00112233:44556677:8899aabb:ccddeeff',
		name: 'slipway-root',
	} as const;
	const system = fakeSystem();
	const volume = mirroredRoot(system, disks, plan);
	assert.equal(volume.target, {path: '/dev/md/slipway-install-00112233', sectorSize: 4096});
	assert.equal(volume.placeOf(root), {...root, start: 0, size: 3 * GiB - 2 * MiB});
	{
		await using opened = await volume.open(root, noProgress);
		assert.is(opened.recoveryKey, undefined);
	}
	const path = '/dev/md/slipway-install-00112233';
	assert.equal(system.commandLines(), [
		`mdadm --create ${path} --run --level=raid1 --metadata=1.2 --homehost=any --name=slipway-root --uuid=${plan.uuid} --bitmap=internal --assume-clean --data-offset=1024 --size=3143680 --raid-devices=2 /dev/loop0 /dev/loop1`,
		`mdadm --stop ${path}`,
	]);
	assert.equal(
		system.calls.map(({call}) => call).filter((call) => call !== 'run'),
		['attachLoop', 'attachLoop', 'flushDevice', 'detachLoop', 'detachLoop'],
	);
	const [, options] = system.calls[1]?.args ?? [];
	assert.equal(options, {offset: 100 * MiB, sizeLimit: 3 * GiB, sectorSize: 4096, directIo: true});
});

test('carries another volume, which is closed before it', async () => {
	const said: string[] = [];
	const volume = (name: string, taken: number): RootVolume => ({
		target: {path: `/dev/${name}`, sectorSize: 512},
		placeOf: (place) => ({...place, start: 0, size: place.size - taken}),
		async open(place) {
			said.push(`open ${name} on ${place.size}`);
			return {
				recoveryKey: undefined,
				[Symbol.asyncDispose]: async () => {
					said.push(`close ${name}`);
				},
			};
		},
	});
	const stacked = stackedVolume(volume('lower', 1), volume('upper', 10));
	assert.is(stacked.target.path, '/dev/upper');
	assert.is(stacked.placeOf(root).size, root.size - 11);
	{
		await using _opened = await stacked.open(root, noProgress);
	}
	assert.equal(said, [
		`open lower on ${root.size}`,
		`open upper on ${root.size - 1}`,
		'close upper',
		'close lower',
	]);
});

test('is refused over one disk twice, and over sectors of two sizes', () => {
	const disk = (path: string, more: Parameters<typeof foundDisk>[0] = {}) =>
		foundDisk({path, realPath: path, ...more});
	const codesOf = (...all: readonly ReturnType<typeof disk>[]) =>
		findMirrorProblems(all).map(({code}) => code);
	const one = disk('/dev/sda');
	assert.equal(codesOf(one), []);
	assert.equal(codesOf(one, disk('/dev/sdb')), []);
	assert.equal(codesOf(one, disk('/dev/disk/by-id/a', {realPath: '/dev/sda'})), ['same-disk']);
	assert.equal(codesOf(one, disk('/dev/sdb'), disk('/dev/sdb')), ['same-disk']);
	assert.equal(codesOf(one, disk('/dev/sdb', {sectorSize: 4096})), ['sector-sizes']);
});

test.run();
