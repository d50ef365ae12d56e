import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {VerityHasher, verityDescriptor} from '../../../engine/erofs/fs-verity.ts';
import {OperationFailed} from '../../../engine/errors.ts';
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import type {System} from '../../../engine/system/system.ts';
import type {SystemContent, UnhashedContent} from '../../../installer/content.ts';
import type {RootFileSystem} from '../../../installer/disk/layout-settings.ts';
import {ext4Sink} from '../../../installer/sink/ext4.ts';
import {mountedSink} from '../../../installer/sink/mounted.ts';
import {verityFiles} from '../../../installer/sink/root-files.ts';
import {putDescriptor} from '../../../installer/sink/verity-layout.ts';
import {sampleContent} from '../../installer/sink/sample-content.ts';
import {thrownBy} from '../../installer/sink/thrown.ts';
import {loopDisk, whyNoLoopDevices} from '../disk.ts';
import {attachments, type DiskFile, diskFile} from './disk-file.ts';
import {expectedListing, listingDifferences, listRoot} from './root-listing.ts';
import {readVerity} from './verity-on-disk.ts';

const test = suite('roots that sinks write');
const MiB = 1 << 20;
const host = hostSystem();
const noLoopDevices = whyNoLoopDevices();
const sample = sampleContent('sha256');
const contents = [sample, sampleContent('sha512')];

/** Writes a root, and looks at it. */
async function checkExt4(
	content: SystemContent,
	{target, root}: Pick<DiskFile, 'target' | 'root'>,
	system = host,
) {
	const sink = ext4Sink(system, target);
	await sink.makeRoot(root);
	assert.is(await sink.writeRoot(content, root, noProgress), 'offline');
	await checkWritten(content, {target, root});
}

/** Compares it with the content, and has e2fsck look at it. */
async function checkWritten(
	content: SystemContent,
	{target, root}: Pick<DiskFile, 'target' | 'root'>,
) {
	const listing = await listRoot(host, target, root);
	assert.equal(listingDifferences(listing, expectedListing(content)), {});
	const loop = host.attachLoop(target.path, {offset: root.start, readOnly: true});
	try {
		await host.run('e2fsck', ['-fn', loop]);
		assert.equal(await readVerity(host, loop, content), expectedVerity(content));
	} finally {
		host.detachLoop(loop);
	}
}

function expectedVerity(content: SystemContent) {
	return Array.from(verityFiles(content), ({path: place, source, size}) => {
		const hasher = new VerityHasher(content.algorithm, {keepTree: true});
		hasher.update(source.kind === 'bytes' ? source.bytes : readFileSync(source.path));
		const {merkleTree = Buffer.alloc(0), rootHash = ''} = hasher.finish();
		const tail = Buffer.concat([merkleTree, Buffer.alloc(4096)]);
		putDescriptor(tail, verityDescriptor(content.algorithm, size, Buffer.from(rootHash, 'hex')));
		return {path: place, flags: '0x180000', tail};
	});
}

function mountedTest(title: string, run: () => Promise<void>) {
	if (noLoopDevices === undefined) test(title, run);
	else {
		console.log(`skipped: ${title}: no loop devices (${noLoopDevices})`);
		test.skip(title, run);
	}
}

for (const content of contents) {
	mountedTest(`an ext4 has all of the content, with ${content.algorithm}`, async () => {
		using disk = diskFile('ext4', 300 * MiB);
		await checkExt4(content, disk);
	});
}

mountedTest('a block device of 4096-byte sectors takes an ext4', async () => {
	using file = diskFile('ext4', 300 * MiB);
	using disk = loopDisk(304 * MiB, 4096);
	const target = {...file.target, path: disk.device, sectorSize: 4096};
	await checkExt4(sample, {target, root: file.root});
});

mountedTest(
	'an ext4 whose contents are hashed before or while they are written has each once',
	async () => {
		using disk = diskFile('ext4', 300 * MiB);
		using scratch = scratchFolder();
		const sink = ext4Sink(host, disk.target);
		await sink.makeRoot(disk.root);
		await sink.writeUnhashed?.(partlyHashed(scratch.path), sample, disk.root, noProgress);
		await checkWritten(sample, disk);
	},
);

mountedTest(
	'an ext4 is not finished when a file was changed after it had been hashed',
	async () => {
		using disk = diskFile('ext4', 300 * MiB);
		using scratch = scratchFolder();
		const failure = new OperationFailed('source-changed', 'no');
		const unhashed = {
			...partlyHashed(scratch.path),
			checkUnchanged() {
				throw failure;
			},
		};
		const sink = ext4Sink(host, disk.target);
		await sink.makeRoot(disk.root);
		const writing = Promise.resolve(sink.writeUnhashed?.(unhashed, sample, disk.root, noProgress));
		assert.is(await thrownBy(OperationFailed, writing), failure);
	},
);

mountedTest('an ext4 tells of a file that is gone, whoever waits for the digests', async () => {
	using disk = diskFile('ext4', 300 * MiB);
	using scratch = scratchFolder();
	const unhashed: UnhashedContent<{readonly content: SystemContent}> = {
		files: async () => [{path: path.join(scratch.path, 'gone'), size: 5000, hashed: undefined}],
		async describe(digests) {
			// As long as others are hashed here nobody listens.
			for (let turn = 0; turn < 100; turn++) await nextTurn();
			await digests;
			return {content: sample};
		},
		checkUnchanged() {},
	};
	const sink = ext4Sink(host, disk.target);
	await sink.makeRoot(disk.root);
	const writing = Promise.resolve(sink.writeUnhashed?.(unhashed, sample, disk.root, noProgress));
	assert.match((await thrownBy(OperationFailed, writing)).message, /gone/);
});

/** Two files of each content of the sample, of which some are hashed. */
function partlyHashed(folder: string): UnhashedContent<{readonly content: SystemContent}> {
	const files = [...sample.objects].flatMap(([verityDigest, {source, size, merkleTree}], index) => {
		const bytes = source.kind === 'bytes' ? source.bytes : Buffer.alloc(0);
		return ['first', 'second'].map((name, number) => {
			const file = path.join(folder, `${name}-${index}`);
			writeFileSync(file, bytes);
			const isHashed = (index + number) % 3 === 0;
			return {path: file, size, hashed: isHashed ? {verityDigest, merkleTree} : undefined};
		});
	});
	return {
		files: async () => files,
		async describe(found) {
			const digests = [...sample.objects.keys()];
			assert.equal(
				await found,
				digests.flatMap((digest) => [digest, digest]),
			);
			return {content: sample};
		},
		checkUnchanged() {},
	};
}

/** As after years: no two free blocks side by side, so that files have hundreds of extents. */
function scatteredSystem(): System {
	return {
		...host,
		loadExt4: () => ({
			open(file, offset) {
				const volume = host.loadExt4().open(file, offset);
				const [first = {start: 0, count: 0}] = volume.freeRuns();
				const blocks = Array.from({length: first.count / 2}, (_, index) => first.start + index * 2);
				const runs = blocks.map((start) => ({start, count: 1}));
				return Object.assign(volume, {freeRuns: () => runs});
			},
		}),
	};
}

mountedTest('an ext4 has all of the content in whatever blocks are free', async () => {
	using disk = diskFile('ext4', 300 * MiB);
	await checkExt4(sample, disk, scatteredSystem());
});

for (const [fileSystem, size] of [
	['xfs', 300],
	['btrfs', 256],
] as const satisfies (readonly [RootFileSystem, number])[])
	mountedTest(`a mounted ${fileSystem} has all of the content`, async () => {
		using disk = diskFile(fileSystem, size * MiB, 4096);
		const sink = mountedSink(host, disk.target);
		await sink.makeRoot(disk.root);
		const verity = await sink.writeRoot(sample, disk.root, noProgress);
		const listing = await listRoot(host, disk.target, disk.root);
		assert.equal(listingDifferences(listing, expectedListing(sample)), {});
		if (fileSystem === 'xfs') assert.is(verity, 'unavailable');
	});

/** So many inodes that they run out before the blocks do. */
function crowdedContent(): SystemContent {
	const metadata = {mode: 0o777, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: undefined};
	const inode = {...metadata, type: 'symlink', target: 'nowhere'} as const;
	return {
		...sample,
		state: Array.from({length: 7000}, (_, index) => ({
			path: `link-${index}`,
			inode,
			source: undefined,
		})),
	};
}

test('an ext4 that runs full says what is needed', async () => {
	using disk = diskFile('ext4', 100 * MiB);
	const sink = ext4Sink(host, disk.target);
	await sink.makeRoot(disk.root);
	const writing = sink.writeRoot(crowdedContent(), disk.root, noProgress);
	const error = await thrownBy(OperationFailed, writing);
	assert.is(error.code, 'disk-full');
	assert.match(
		error.message,
		/^the root partition of 100 MiB is full: this image needs \d+ MiB \(\d+ bytes\)$/,
	);
});

mountedTest('a mounted xfs that runs full says what is needed', async () => {
	using disk = diskFile('xfs', 300 * MiB);
	using scratch = scratchFolder();
	const large = path.join(scratch.path, 'large');
	writeFileSync(large, '');
	truncateSync(large, 260 * MiB);
	const size = 260 * MiB;
	const source = {kind: 'path', path: large} as const;
	const objects = new Map([['0'.repeat(64), {size, source, merkleTree: undefined}]]);
	const sink = mountedSink(host, disk.target);
	await sink.makeRoot(disk.root);
	const writing = sink.writeRoot({...sample, objects}, disk.root, noProgress);
	assert.is((await thrownBy(OperationFailed, writing)).code, 'disk-full');
});

/** An object that is not what its digest says. */
function changedContent(): SystemContent {
	const source = {kind: 'bytes', bytes: Buffer.alloc(100_000, 1)} as const;
	const object = {size: 100_000, source, merkleTree: undefined};
	return {...sample, objects: new Map([...sample.objects, ['0'.repeat(64), object]])};
}

test('an ext4 stops at a changed file', async () => {
	using disk = diskFile('ext4', 300 * MiB);
	const sink = ext4Sink(host, disk.target);
	await sink.makeRoot(disk.root);
	const writing = sink.writeRoot(changedContent(), disk.root, noProgress);
	assert.is((await thrownBy(OperationFailed, writing)).code, 'changed-file');
});

mountedTest('a mounted root that fails leaves nothing attached', async () => {
	using disk = diskFile('xfs', 300 * MiB);
	const sink = mountedSink(host, disk.target);
	await sink.makeRoot(disk.root);
	const source = {kind: 'path', path: '/dev/null'} as const;
	const objects = new Map([['0'.repeat(64), {size: 9, source, merkleTree: undefined}]]);
	const writing = sink.writeRoot({...sample, objects}, disk.root, noProgress);
	assert.is((await thrownBy(OperationFailed, writing)).code, 'changed-file');
	assert.equal(attachments(disk.target.path), []);
});

function scratchFolder(): Disposable & {readonly path: string} {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-scratch-'));
	return {path: folder, [Symbol.dispose]: () => rmSync(folder, {recursive: true})};
}

test.run();
