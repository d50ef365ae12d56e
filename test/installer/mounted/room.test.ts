import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../../engine/boot/boot-partition.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {checkBootFits} from '../../../installer/mounted/boot-room.ts';
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

test.run();
