import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused, UsageError} from '../../../../engine/errors.ts';
import {checkDisk} from '../../../../installer/output/formats/check-disk.ts';
import {
	type DiskFormatName,
	sizeMultipleFor,
} from '../../../../installer/output/formats/formats.ts';
import {thrown} from '../../sink/thrown.ts';

const test = suite('fitness of disks for formats');
const MiB = 2 ** 20;
const GiB = 2 ** 30;

test('takes the sizes and sectors that a format can hold', () => {
	const fit: readonly (readonly [DiskFormatName, number, number])[] = [
		['qcow2', MiB + 512, 512],
		['qcow2', GiB, 4096],
		['vmdk', 3 * MiB, 512],
		['vpc', 2040 * GiB, 512],
		['vhdx', 4096 * GiB, 512],
		['gce', 10 * GiB, 512],
	];
	for (const [name, size, sectorSize] of fit) checkDisk(name, {size, sectorSize}, undefined);
});

test('says what is wrong with others, and what would do', () => {
	const unfit: readonly (readonly [DiskFormatName, number, number, string, string])[] = [
		[
			'qcow2',
			MiB + 1,
			512,
			'a disk of 1048577 bytes cannot be written as qcow2',
			'Give it a size that is a multiple of 512 B.',
		],
		[
			'ova',
			MiB + 512,
			512,
			'a disk of 1049088 bytes cannot be written as ova',
			'Give it a size that is a multiple of 1 MiB.',
		],
		[
			'gce',
			10 * GiB + MiB,
			512,
			'a disk of 10738466816 bytes cannot be written as gce',
			'Give it a size that is a multiple of 1 GiB.',
		],
		[
			'vpc',
			2041 * GiB,
			512,
			'a disk of 2.0 TiB cannot be written as vpc',
			'Give it at most 2040 GiB.',
		],
		[
			'vmdk',
			GiB,
			4096,
			'a disk with sectors of 4096 bytes cannot be written as vmdk',
			'Make it with --sector-size 512, or in another format.',
		],
	];
	for (const [name, size, sectorSize, message, hint] of unfit) {
		const error = thrown(Refused, () => checkDisk(name, {size, sectorSize}, undefined));
		assert.equal([error.message, error.hint], [message, hint]);
	}
});

test('takes compression where there is one, and refuses its absence where there is always one', () => {
	const disk = {size: GiB, sectorSize: 512};
	for (const [name, isCompressed] of [
		['qcow2', true],
		['qcow2', false],
		['vmdk', true],
		['vhdx', false],
	] as const)
		checkDisk(name, disk, isCompressed);
	const {message} = thrown(UsageError, () => checkDisk('ova', disk, false));
	assert.is(message, 'ova is always compressed');
});

test('several formats take a size that fits each', () => {
	assert.equal(
		[sizeMultipleFor([]), sizeMultipleFor(['qcow2', 'vhdx']), sizeMultipleFor(['vmdk', 'gce'])],
		[512, MiB, GiB],
	);
});

test.run();
