import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import type {System} from '../../../engine/system/system.ts';
import type {SystemContent} from '../../../installer/content.ts';
import type {RootFileSystem} from '../../../installer/disk/layout-settings.ts';
import {layoutOf, verityPieces} from '../../../installer/sink/file-pieces.ts';
import {mountedSink} from '../../../installer/sink/mounted.ts';
import {verityFiles} from '../../../installer/sink/root-files.ts';
import type {Sink, SinkTarget} from '../../../installer/sink/sink.ts';
import {unmountedSink} from '../../../installer/sink/unmounted.ts';
import {sampleContent} from '../../installer/sink/sample-content.ts';
import {thrownBy} from '../../installer/sink/thrown.ts';
import {loopDisk, whyNoLoopDevices} from '../disk.ts';
import {systemWithArchives} from '../trixie.ts';
import {attachments, type DiskFile, diskFile} from './disk-file.ts';
import {expectedListing, listingDifferences, listRoot} from './root-listing.ts';
import {readVerity} from './verity-on-disk.ts';

const test = suite('roots that sinks write');
const MiB = 1 << 20;
const host = hostSystem();
const noLoopDevices = whyNoLoopDevices();
const archives = await systemWithArchives(host);
const sample = sampleContent('sha256');
const contents = [sample, sampleContent('sha512')];

type MakeSink = (system: System, disk: SinkTarget) => Sink;

/** Writes a root, compares it with the content, and has e2fsck look at it. */
async function checkExt4(
	system: System,
	makeSink: MakeSink,
	content: SystemContent,
	{target, root}: Pick<DiskFile, 'target' | 'root'>,
) {
	const verity = await makeSink(system, target).writeRoot(content, root, noProgress);
	const listing = await listRoot(system, target, root);
	assert.equal(listingDifferences(listing, expectedListing(content)), {});
	const loop = system.attachLoop(target.path, {offset: root.start, readOnly: true});
	try {
		await system.run('e2fsck', ['-fn', loop]);
		if (verity === 'offline')
			assert.equal(await readVerity(system, loop, content), expectedVerity(content));
		else assert.is(verity, 'kernel');
	} finally {
		system.detachLoop(loop);
	}
}

function expectedVerity(content: SystemContent) {
	return Array.from(verityFiles(content), (file) => {
		const {treeOffset} = layoutOf(file, content.algorithm);
		const tails = Array.from(verityPieces(file, content.algorithm), ({position, bytes}) =>
			position === treeOffset ? [Buffer.from(bytes)] : [],
		);
		return {path: file.path, flags: '0x180000', tail: Buffer.concat(tails.flat())};
	});
}

function mountedTest(title: string, run: () => Promise<void>) {
	if (noLoopDevices === undefined) test(title, run);
	else {
		console.log(`skipped: ${title}: no loop devices (${noLoopDevices})`);
		test.skip(title, run);
	}
}

function archiveTest(title: string, run: (system: System) => Promise<void>) {
	if ('missing' in archives) {
		console.log(`skipped: ${title}: ${archives.missing}`);
		test.skip(title, () => {});
	} else mountedTest(title, () => run(archives.system));
}

for (const content of contents) {
	mountedTest(`a mounted ext4 has all of the content, with ${content.algorithm}`, async () => {
		using disk = diskFile('ext4', 300 * MiB);
		await checkExt4(host, mountedSink, content, disk);
	});
	archiveTest(
		`an unmounted ext4 has all of the content, with ${content.algorithm}`,
		async (system) => {
			using disk = diskFile('ext4', 300 * MiB);
			await checkExt4(system, unmountedSink, content, disk);
		},
	);
}

/** A block device in place of the file. */
async function checkDevice(system: System, makeSink: MakeSink) {
	using file = diskFile('ext4', 300 * MiB);
	using disk = loopDisk(304 * MiB, 4096);
	const target = {...file.target, path: disk.device, sectorSize: 4096};
	await checkExt4(system, makeSink, sample, {target, root: file.root});
}

mountedTest('a block device of 4096-byte sectors takes a mounted root', () =>
	checkDevice(host, mountedSink),
);

archiveTest('a block device of 4096-byte sectors takes an unmounted root', (system) =>
	checkDevice(system, unmountedSink),
);

for (const [fileSystem, size] of [
	['xfs', 300],
	['btrfs', 256],
] as const satisfies (readonly [RootFileSystem, number])[])
	mountedTest(`a mounted ${fileSystem} has all of the content`, async () => {
		using disk = diskFile(fileSystem, size * MiB, 4096);
		const verity = await mountedSink(host, disk.target).writeRoot(sample, disk.root, noProgress);
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

async function checkFull(system: System, makeSink: MakeSink) {
	using disk = diskFile('ext4', 100 * MiB);
	const writing = makeSink(system, disk.target).writeRoot(crowdedContent(), disk.root, noProgress);
	const error = await thrownBy(OperationFailed, writing);
	assert.is(error.code, 'disk-full');
	assert.match(
		error.message,
		/^the root partition of 100 MiB is full: this image needs \d+ MiB \(\d+ bytes\)$/,
	);
}

mountedTest('a mounted root that runs full says what is needed', () =>
	checkFull(host, mountedSink),
);
archiveTest('an unmounted root that runs full says what is needed', (system) =>
	checkFull(system, unmountedSink),
);

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
	const writing = sink.writeRoot({...sample, objects}, disk.root, noProgress);
	assert.is((await thrownBy(OperationFailed, writing)).code, 'disk-full');
});

/** An object that is not what its digest says. */
function changedContent(): SystemContent {
	const source = {kind: 'bytes', bytes: Buffer.alloc(100_000, 1)} as const;
	const object = {size: 100_000, source, merkleTree: undefined};
	return {...sample, objects: new Map([...sample.objects, ['0'.repeat(64), object]])};
}

async function checkChanged(system: System, makeSink: MakeSink) {
	using disk = diskFile('ext4', 300 * MiB);
	const writing = makeSink(system, disk.target).writeRoot(changedContent(), disk.root, noProgress);
	assert.is((await thrownBy(OperationFailed, writing)).code, 'changed-file');
	assert.equal(attachments(disk.target.path), []);
}

mountedTest('a mounted root stops at a changed file, and leaves nothing attached', () =>
	checkChanged(host, mountedSink),
);
archiveTest('an unmounted root stops at a changed file', (system) =>
	checkChanged(system, unmountedSink),
);

function scratchFolder(): Disposable & {readonly path: string} {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-scratch-'));
	return {path: folder, [Symbol.dispose]: () => rmSync(folder, {recursive: true})};
}

test.run();
