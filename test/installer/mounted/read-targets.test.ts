import {mkdirSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {partitionTypes} from '../../../installer/disk/partition-types.ts';
import {type BootVolume, readBootTarget} from '../../../installer/mounted/boot-target.ts';
import {readRootTarget} from '../../../installer/mounted/root-target.ts';
import {makeKernel} from '../disk/sysfs.ts';

const test = suite<{root: string}>('file systems that are mounted');

test.before.each((context) => {
	context.root = realpathSync(mkdtempSync(path.join(tmpdir(), 'targets-')));
	for (const place of ['boot/efi', 'usr', 'home'])
		mkdirSync(path.join(context.root, place), {recursive: true});
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const devices = {
	vda: {number: '254:0'},
	vda1: {number: '254:1', disk: 'vda'},
	vda2: {number: '254:2', disk: 'vda'},
	vda3: {number: '254:3', disk: 'vda'},
	vdb: {number: '254:16'},
	vdb1: {number: '254:17', disk: 'vdb'},
};

const table = (types: readonly string[]) =>
	JSON.stringify({
		partitiontable: {
			label: 'gpt',
			unit: 'sectors',
			partitions: types.map((type, at) => ({
				node: `/dev/vda${at + 1}`,
				start: 2048 * (at + 1),
				size: 2048,
				type,
			})),
		},
	});

const line = (number: string, place: string, type: string, folder = '/') =>
	`30 1 ${number} ${folder} ${place} rw - ${type} /dev/of-elsewhere rw\n`;
const rootAnd = (root: string, more = '') => line('254:2', root, 'xfs') + more;
const nobodys = [partitionTypes.esp, 'of-linux', 'of-others'];

/** Reads both, with what the programs would say. */
async function read(root: string, mountinfo: string, types: readonly string[] = nobodys) {
	const kernel = makeKernel(devices, {mountinfo});
	try {
		const system = fakeSystem({}, {blkid: 'UUID=1234-ABCD\nTYPE=vfat\n', sfdisk: table(types)});
		const target = await readRootTarget(system, root, kernel.paths);
		return {target, boot: await readBootTarget(system, target, undefined, kernel.paths)};
	} finally {
		kernel.remove();
	}
}

const shown = (volume: BootVolume | undefined) =>
	volume && [volume.device.name, volume.place, volume.partition?.number, volume.isFound];

test('are known by device and UUID, with what is mounted below', async ({root}) => {
	const {target} = await read(root, rootAnd(root, line('254:1', `${root}/boot/efi`, 'vfat')));
	assert.equal(
		[target.device?.name, target.uuid, target.mount.type, target.withoutVerity],
		['vda2', '1234-ABCD', 'xfs', 'xfs has no fs-verity'],
	);
	assert.equal(
		target.mounts.map((mount) => mount.path),
		['/boot/efi'],
	);
	assert.equal(target.names.foreign, ['home', 'usr']);
});

test('have to be mounted, and to be there', async ({root}) => {
	for (const [folder, code] of [
		[path.join(root, 'usr'), 'not-mounted'],
		[path.join(root, 'nowhere'), 'no-such-folder'],
	] as const) {
		const failure = await read(folder, rootAnd(root)).catch((error: unknown) => error);
		assert.instance(failure, Refused);
		assert.is((failure as Refused).code, code);
	}
});

test('boot from the partition that is mounted, wherever it is', async ({root}) => {
	const efi = `${root}/boot/efi`;
	const own = await read(root, rootAnd(root, line('254:1', efi, 'vfat')));
	assert.equal(shown(own.boot.esp), ['vda1', '/boot/efi', 1, true]);
	const other = await read(root, rootAnd(root, line('254:17', efi, 'vfat')));
	assert.equal(shown(other.boot.esp), ['vdb1', '/boot/efi', 1, false]);
});

test('boot from one of the same disk that is not mounted', async ({root}) => {
	const {boot} = await read(root, rootAnd(root));
	assert.equal([shown(boot.esp), boot.xbootldr], [['vda1', undefined, 1, true], undefined]);
});

test('may have an extended boot loader partition, or no boot partition at all', async ({root}) => {
	const both = [partitionTypes.esp, 'of-linux', partitionTypes.xbootldr];
	const {boot} = await read(root, rootAnd(root), both);
	assert.equal(shown(boot.xbootldr), ['vda3', undefined, 3, true]);
	const none = await read(root, rootAnd(root), ['of-linux', 'of-linux']);
	assert.equal(none.boot, {esp: undefined, xbootldr: undefined});
});

test.run();
