import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../../engine/boot/boot-partition.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {checkBootFits} from '../../../installer/mounted/boot-room.ts';
import {sweptBytes, withReclaimed} from '../../../installer/mounted/reclaimed-room.ts';
import {checkRootRoom} from '../../../installer/mounted/room.ts';
import {blockDevice, espVolume, rootTarget} from './targets.ts';

const test = suite('room on mounted file systems');

const sizes = {rootBytes: GiB, rootInodes: 20_000, bootBytes: 0, loaderBytes: 0, varBytes: 0};

test('is enough for the image, and perhaps for an update', () => {
	assert.ok(checkRootRoom(rootTarget({freeBytes: 4 * GiB}), sizes).isEnoughForUpdates);
	assert.not(checkRootRoom(rootTarget({freeBytes: 1.5 * GiB}), sizes).isEnoughForUpdates);
	assert.ok(checkRootRoom(rootTarget({freeInodes: undefined}), sizes).isEnoughForUpdates);
});

test('is told with both sizes when it is too little', () => {
	assert.throws(
		() => checkRootRoom(rootTarget({freeBytes: GiB}), sizes),
		/\/target has 1\.0 GiB free \(1073741824 bytes\), this image needs 1\.1 GiB/,
	);
	assert.throws(
		() => checkRootRoom(rootTarget({freeInodes: 5}), sizes),
		/\/target has room for 5 more files, this image needs 20000/,
	);
});

const files = {
	esp: [textFile('EFI/BOOT/BOOTX64.EFI', 'x')],
	kernels: [textFile('EFI/Linux/slipway-1/linux', 'x'.repeat(MiB))],
};

test('is that of one boot partition, or of each of two', () => {
	const one = {esp: espVolume(), xbootldr: undefined};
	checkBootFits(one, {espFree: 2 * MiB, kernelsFree: 2 * MiB}, files);
	assert.throws(
		() => checkBootFits(one, {espFree: MiB, kernelsFree: MiB}, files),
		/\/dev\/vda1 has 1\.0 MiB free \(1048576 bytes\), this image needs 1\.0 MiB \(1081344 bytes\) there/,
	);
	const two = {...one, xbootldr: espVolume({device: blockDevice('vda3', 'vda')})};
	checkBootFits(two, {espFree: 32_768, kernelsFree: MiB}, files);
	assert.throws(
		() => checkBootFits(two, {espFree: 32_768, kernelsFree: MiB - 1}, files),
		/\/dev\/vda3 has /,
	);
});

test('is given back by kernels that no entry names, and by those of entries that go', () => {
	const kernels = new Map(
		['slipway-a', 'slipway-b', 'slipway-c'].map((name, at) => [
			name,
			new Map([
				['linux', MiB << at],
				['initrd', 1],
			]),
		]),
	);
	const entries = new Map([
		['slipway-1.conf', 'linux /EFI/Linux/slipway-a/linux\n'],
		['slipway-2.conf', 'linux /EFI/Linux/slipway-b/linux\n'],
	]);
	const before = {entries, kernels};
	assert.is(sweptBytes(before, []), 4 * MiB + 1);
	assert.is(sweptBytes(before, ['loader/entries/slipway-2.conf']), 6 * MiB + 2);
	const one = {esp: espVolume(), xbootldr: undefined};
	checkBootFits(one, {espFree: MiB, kernelsFree: MiB}, files, MiB);
});

test('is given back by what a killed run has left', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'reclaimed-'));
	try {
		for (const place of ['slipway-unfinished/state', 'slipway-unfinished', 'composefs', 'usr']) {
			mkdirSync(path.join(root, place), {recursive: true});
			writeFileSync(path.join(root, place, 'file'), Buffer.alloc(8192, 1));
		}
		const names = {foreign: ['usr'], own: ['composefs'], isUnfinished: true} as const;
		const of = async (leftover: readonly string[]) => {
			const target = rootTarget({realPath: root, names: {...names, leftover}, freeInodes: 5});
			const {freeBytes, freeInodes} = await withReclaimed({...target, freeBytes: 0});
			return [freeBytes >= 8192 * (1 + leftover.length), freeInodes];
		};
		assert.equal(await of([]), [true, 6]);
		assert.equal(await of(['composefs']), [true, 7]);
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
