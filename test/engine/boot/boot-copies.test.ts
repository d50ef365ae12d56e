import {existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {keepBootCopies, otherBootPartitions} from '../../../engine/boot/boot-copies.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {KernelCallFailed} from '../../../engine/system/libc.ts';

const test = suite<{root: string}>('boot partitions of a mirror');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-boots-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

/** A machine with a root on what is given, and its boot partition on the first disk. */
function machine(root: string, rootDevice: string, members = ['vda2', 'vdb2']): void {
	const device = (home: string, slaves: readonly string[] = [], isPartition = false) => {
		mkdirSync(path.join(root, home, 'slaves'), {recursive: true});
		mkdirSync(path.join(root, 'sys/class/block'), {recursive: true});
		symlinkSync(path.join(root, home), path.join(root, 'sys/class/block', path.basename(home)));
		if (isPartition) writeFileSync(path.join(root, home, 'partition'), '2\n');
		for (const slave of slaves) mkdirSync(path.join(root, home, 'slaves', slave));
	};
	for (const disk of ['vda', 'vdb', 'vdc']) {
		device(`sys/devices/${disk}`);
		device(`sys/devices/${disk}/${disk}2`, [], true);
	}
	device('sys/devices/md127', members);
	device('sys/devices/dm-0', ['md127']);
	mkdirSync(path.join(root, 'dev/mapper'), {recursive: true});
	writeFileSync(path.join(root, 'dev/dm-0'), '');
	symlinkSync('../dm-0', path.join(root, 'dev/mapper/slipway-root'));
	mkdirSync(path.join(root, 'proc/self'), {recursive: true});
	writeFileSync(
		path.join(root, 'proc/self/mountinfo'),
		`25 1 0:20 / /sysroot ro - ext4 ${rootDevice} rw
26 1 0:21 / /boot rw - autofs systemd-1 rw
27 26 0:22 / /boot rw - vfat /dev/vda1 rw
`,
	);
}

const device = (name: string, partlabel: string | null) => ({
	path: `/dev/${name}`,
	pkname: name.slice(0, 3),
	partlabel,
});
const listing = JSON.stringify({
	blockdevices: [
		{path: '/dev/vda', pkname: null, partlabel: null},
		device('vda1', 'slipway-esp'),
		device('vda2', 'slipway-root'),
		device('vdb1', 'slipway-esp'),
		device('vdb2', 'slipway-root'),
		device('vdc1', 'slipway-esp'),
	],
});

test('are those on the disks of the root beside the mounted one', async ({root}) => {
	for (const source of ['/dev/md127', '/dev/mapper/slipway-root']) {
		const place = path.join(root, path.basename(source));
		machine(place, source);
		const system = fakeSystem({}, {lsblk: listing});
		assert.equal(await otherBootPartitions(system, '/boot', place), ['/dev/vdb1'], source);
		assert.equal(system.commandLines(), ['lsblk --json --list --output PATH,PKNAME,PARTLABEL']);
	}
});

test('are none of a machine of one disk, where nothing is asked', async ({root}) => {
	machine(root, '/dev/vda2');
	const system = fakeSystem({}, {lsblk: listing});
	assert.equal(await otherBootPartitions(system, '/boot', root), []);
	assert.equal(await otherBootPartitions(system, '/boot', path.join(root, 'nowhere')), []);
	assert.equal(system.calls, []);
});

test('are kept in step each for itself, and one that fails is told', async ({root}) => {
	machine(root, '/dev/md127', ['vda2', 'vdb2', 'vdc2']);
	const damaged = new KernelCallFailed('mount', '/dev/vdb1', 'EIO');
	const folders: string[] = [];
	const system = fakeSystem(
		{
			mount(source, folder) {
				folders.push(folder);
				if (source === '/dev/vdb1') throw damaged;
			},
		},
		{lsblk: listing},
	);
	const empty = path.join(root, 'boot');
	mkdirSync(empty);
	const boot = {partition: mountedPartition(system, empty), mountPoint: '/boot'};
	assert.equal(await keepBootCopies(system, boot, root), [{device: '/dev/vdb1', error: damaged}]);
	assert.is(new Set(folders).size, 2, 'each is mounted at a place of its own');
	assert.equal(
		system.calls.filter(({call}) => call === 'unmount').map(({args}) => args[0]),
		[folders[1]],
	);
	assert.equal(folders.filter(existsSync), []);
});

test('are not guessed from what is no list', async ({root}) => {
	machine(root, '/dev/md127');
	for (const lsblk of ['', '{}', '{"blockdevices":[{}]}'])
		try {
			await otherBootPartitions(fakeSystem({}, {lsblk}), '/boot', root);
			assert.unreachable(lsblk);
		} catch (error) {
			assert.instance(error, DamagedInput);
		}
});

test.run();
