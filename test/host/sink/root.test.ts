import {existsSync} from 'node:fs';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
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
import {systemWithArchives} from '../trixie.ts';
import {diskFile} from './disk-file.ts';
import {expectedListing, listingDifferences, listRoot} from './root-listing.ts';
import {readVerity} from './verity-on-disk.ts';

const test = suite('roots that sinks write');
const MiB = 1 << 20;
const host = hostSystem();
const canMount = process.getuid?.() === 0 && existsSync('/dev/loop-control');
const archives = await systemWithArchives(host);
const contents = [sampleContent('sha256'), sampleContent('sha512')];

type MakeSink = (system: System, disk: SinkTarget) => Sink;

/** Writes a root, compares it with the content, and has e2fsck look at it. */
async function checkExt4(system: System, makeSink: MakeSink, content: SystemContent) {
	using disk = diskFile('ext4', 300 * MiB);
	const sink = makeSink(system, disk.target);
	const verity = await sink.writeRoot(content, disk.root, noProgress);
	const listing = await listRoot(system, disk.target, disk.root);
	assert.equal(listingDifferences(listing, expectedListing(content)), {});
	const loop = system.attachLoop(disk.target.path, {offset: disk.root.start, readOnly: true});
	try {
		await system.run('e2fsck', ['-fn', loop]);
	} finally {
		system.detachLoop(loop);
	}
	if (verity === 'offline') await checkVerity(system, disk.target.path, disk.root, content);
	else assert.is(verity, 'kernel');
}

async function checkVerity(
	system: System,
	disk: string,
	root: Parameters<typeof readVerity>[2],
	content: SystemContent,
) {
	const loop = system.attachLoop(disk, {offset: root.start, readOnly: true});
	try {
		assert.equal(
			await readVerity(system, loop, {...root, start: 0}, content),
			expectedVerity(content),
		);
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
	if (canMount) test(title, run);
	else {
		console.log(`skipped: ${title}: needs root and loop devices`);
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
	mountedTest(`a mounted ext4 has all of the content, with ${content.algorithm}`, () =>
		checkExt4(host, mountedSink, content),
	);
	archiveTest(`an unmounted ext4 has all of the content, with ${content.algorithm}`, (system) =>
		checkExt4(system, unmountedSink, content),
	);
}

for (const [fileSystem, size] of [
	['xfs', 300],
	['btrfs', 256],
] as const satisfies (readonly [RootFileSystem, number])[])
	mountedTest(`a mounted ${fileSystem} has all of the content`, async () => {
		const [content = sampleContent()] = contents;
		using disk = diskFile(fileSystem, size * MiB, 4096);
		const sink = mountedSink(host, disk.target);
		const verity = await sink.writeRoot(content, disk.root, noProgress);
		const listing = await listRoot(host, disk.target, disk.root);
		assert.equal(listingDifferences(listing, expectedListing(content)), {});
		if (fileSystem === 'xfs') assert.is(verity, 'unavailable');
	});

test.run();
