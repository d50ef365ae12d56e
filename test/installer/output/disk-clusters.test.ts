import {mkdtempSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {inflateRawSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {lastBlock} from '../../../installer/output/deflate.ts';
import {
	clusterRuns,
	clusterSize,
	DiskCluster,
	readClusters,
} from '../../../installer/output/disk-clusters.ts';
import {MiB, makeDisk, noise, text} from './sample-disks.ts';

const test = suite('clusters of a disk');

test('are read once each, in pieces of a MiB, up to the end of the disk', () => {
	const extents = [
		{start: 5, end: 6},
		{start: 70_000, end: 140_000},
		{start: 150_000, end: 196_608},
		{start: 2 * MiB, end: 4 * MiB + 1},
	];
	assert.equal(clusterRuns(extents, 4 * MiB + 512), [
		{start: 0, end: clusterSize},
		{start: clusterSize, end: 3 * clusterSize},
		{start: 2 * MiB, end: 3 * MiB},
		{start: 3 * MiB, end: 4 * MiB},
		{start: 4 * MiB, end: 4 * MiB + 512},
	]);
	assert.equal(clusterRuns([], MiB), []);
	assert.equal(clusterRuns([{start: 2 * MiB, end: 3 * MiB}], MiB), []);
});

test('are left out where they are all zeros, and filled up behind the end of the disk', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-clusters-'));
	try {
		const size = MiB + 512;
		const pieces = [
			[3 * clusterSize + 9, Buffer.from('x')],
			[MiB, text(512)],
		] as const;
		const disk = makeDisk(folder, {size, pieces});
		await using file = await open(disk.path, 'r');
		const read: number[] = [];
		const found: DiskCluster[] = [];
		const runs = clusterRuns([{start: 0, end: size}], size);
		for await (const cluster of readClusters(file, runs, (bytes) => read.push(bytes)))
			found.push(cluster);
		assert.equal(read, [MiB, 512]);
		assert.equal(
			found.map(({position}) => position),
			[3 * clusterSize, MiB],
		);
		const last = Buffer.concat([text(512), Buffer.alloc(clusterSize - 512)]);
		assert.ok(found[1]?.bytes.equals(last));
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test('are compressed once for each window', async () => {
	const bytes = Buffer.concat([noise(100), text(clusterSize - 100)]);
	const cluster = new DiskCluster(0, bytes);
	const deflated = await cluster.deflated(12);
	assert.is(await cluster.deflated(12), deflated);
	assert.is.not(await cluster.deflated(15), deflated);
	assert.ok(inflateRawSync(Buffer.concat([deflated, lastBlock])).equals(bytes));
	assert.is(cluster.deflated(12), cluster.deflated(12));
});

test.run();
