import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {vhdFooter, vhdGeometry} from '../../../../installer/output/formats/vhd-structures.ts';
import {sampleFacts} from '../sample-disks.ts';

const test = suite('structures of VHD');
const MiB = 2 ** 20;
const GiB = 2 ** 30;

test('have the geometry of the specification', () => {
	// As `qemu-img create -f vpc` has it, but for a cylinder by which that makes some disks larger.
	const cases: readonly (readonly [size: number, geometry: readonly number[]])[] = [
		[MiB, [30, 4, 17]],
		[100 * MiB, [1003, 12, 17]],
		[GiB, [2080, 16, 63]],
		[10 * GiB, [20805, 16, 63]],
		[31 * GiB, [64495, 16, 63]],
		[32 * GiB, [16448, 16, 255]],
		[127 * GiB, [65278, 16, 255]],
		[2040 * GiB, [65535, 16, 255]],
	];
	for (const [size, geometry] of cases)
		assert.equal(Object.values(vhdGeometry(size)), geometry, `${size / MiB} MiB`);
});

function secondsOf(time: Date): number {
	return vhdFooter({...sampleFacts, size: GiB, time}).readUInt32BE(24);
}

test('count time from 2000, before which there is none', () => {
	assert.is(secondsOf(new Date('2000-01-01T00:01:00.900Z')), 60);
	assert.is(secondsOf(new Date(0)), 0);
});

test('have a footer whose checksum is right', () => {
	const footer = vhdFooter({...sampleFacts, size: GiB});
	const stored = footer.readUInt32BE(64);
	footer.writeUInt32BE(0, 64);
	assert.is(stored, 0xffffffff - footer.reduce((sum, byte) => sum + byte, 0));
});

test.run();
