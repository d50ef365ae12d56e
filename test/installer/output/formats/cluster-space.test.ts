import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ClusterSpace} from '../../../../installer/output/formats/cluster-space.ts';

const test = suite('room in a qcow2 file');
const cluster = 65536;

test('packs pieces one behind the other, also across the end of a cluster', () => {
	const space = new ClusterSpace();
	assert.is(space.takeWhole(2), 0);
	const starts = [40_000, 40_000, 40_000].map((size) => space.takePacked(size));
	assert.equal(starts, [2 * cluster, 2 * cluster + 40_000, 2 * cluster + 80_000]);
	assert.equal([...space.counts], [1, 1, 2, 2]);
});

test('goes back to a gap before a whole cluster, for pieces that fit there', () => {
	const space = new ClusterSpace();
	assert.is(space.takePacked(10_000), 0);
	assert.is(space.takeWhole(), cluster);
	assert.is(space.takePacked(50_000), 10_000);
	assert.is(space.takePacked(10_000), 2 * cluster);
	assert.equal([...space.counts], [2, 1, 1]);
});

test('does not run on where a piece ends with its cluster', () => {
	const space = new ClusterSpace();
	assert.is(space.takePacked(cluster - 1), 0);
	assert.is(space.takePacked(1), cluster - 1);
	assert.is(space.takeWhole(), cluster);
	assert.is(space.takePacked(7), 2 * cluster);
	assert.equal([...space.counts], [2, 1, 1]);
});

test('counts as many clusters as there are', () => {
	const space = new ClusterSpace();
	space.takeWhole(5000);
	assert.is(space.length, 5000);
	assert.ok(space.counts.every((count) => count === 1));
});

test.run();
