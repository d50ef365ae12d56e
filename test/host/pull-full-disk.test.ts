/** A pull that does not fit: what is said, what is left. */
import {randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../engine/errors.ts';
import {ociLayout} from '../../engine/oci/layout.ts';
import {pullImage} from '../../engine/oci/pull-image.ts';
import {orNoRoom} from '../../engine/store/room.ts';
import {createStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {Blobs, layoutFiles, tarOf, writeFiles} from '../engine/oci/image-builder.ts';
import {checkedObjects, content, filesBelow} from '../engine/store/fixture.ts';
import {whyNoLoopDevices} from './disk.ts';
import {type FileSystemKind, mountedDisk} from './mounted-disk.ts';

const test = suite<{folder: string}>('pull onto a full disk');
const system = hostSystem();
const mebibyte = 2 ** 20;
const kinds: readonly FileSystemKind[] = ['ext4', 'xfs', 'btrfs'];
const amd64 = {os: 'linux', architecture: 'amd64'};

const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices: ${reason}`);
const check = reason === undefined ? test : test.skip;

test.before((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-full-'));
});
test.after(({folder}) => rmSync(folder, {recursive: true}));

/** A layout of one image with a layer of these files. */
function layoutOf(folder: string, files: readonly (readonly [string, Buffer])[]): string {
	const blobs = new Blobs();
	const dirs = ['usr/', 'boot/', 'sysroot/'].map((name) => ({
		name,
		typeflag: '5',
		mode: '0000755',
	}));
	const tar = tarOf(files, ...dirs);
	return writeFiles(folder, layoutFiles(blobs, [blobs.addImage({layers: [{tar}]})]));
}

async function pull(store: string, layout: string): Promise<void> {
	const image = await ociLayout(layout).open(amd64);
	await using writer = await createStore(system, store).write();
	const {room} = await pullImage(image, writer);
	await orNoRoom(room, () => writer.commit());
}

async function refusal(work: Promise<void>): Promise<Refused> {
	const outcome = await work.then(
		() => new Error('it fitted'),
		(error: unknown) => error,
	);
	if (!(outcome instanceof Refused)) throw outcome;
	assert.is(outcome.code, 'no-room');
	return outcome;
}

/** Needed and free, in MiB. */
function numbersIn({message}: Refused): number[] {
	const said = /^the image needs at least (\d+) MiB in .*composefs, which has (\d+) MiB free$/;
	return said.exec(message)?.slice(1).map(Number) ?? [];
}

function freeBytes(root: string): number {
	system.syncFileSystem(root);
	const {bavail, bsize} = statfsSync(root);
	return bavail * bsize;
}

for (const kind of kinds)
	check(`${kind}: says what is needed and free, before and in the middle`, async ({folder}) => {
		using disk = await mountedDisk(kind, 400 * mebibyte);
		const dense = layoutOf(
			path.join(folder, `dense-${kind}`),
			Array.from({length: 6}, (_, n) => [`usr/${n}`, randomBytes(5 * mebibyte)] as const),
		);
		// Compresses well, so that only the disk can tell; root may write into ext4's reserve of 20 MiB.
		const sparse = layoutOf(
			path.join(folder, `sparse-${kind}`),
			Array.from({length: 60}, (_, n) => [`usr/${n}`, Buffer.alloc(mebibyte, n + 1)] as const),
		);
		const small = layoutOf(path.join(folder, `small-${kind}`), [['usr/f', content(mebibyte)]]);
		const store = path.join(disk.root, 'composefs');
		createStore(system, store);
		await system.run('fallocate', [
			'-l',
			String(freeBytes(disk.root) - 20 * mebibyte),
			path.join(disk.root, 'filler'),
		]);
		const before = freeBytes(disk.root);

		const early = await refusal(pull(store, dense));
		const [needed, free] = numbersIn(early);
		assert.is(needed, 31);
		assert.ok(Math.abs(Number(free) - 20) <= 2, early.message);
		assert.is(early.cause, undefined);

		const late = await refusal(pull(store, sparse));
		const [more = 0, left = 0] = numbersIn(late);
		assert.ok(more > left, late.message);
		assert.match(String(late.cause), 'ENOSPC');

		assert.equal(filesBelow(store), ['lock']);
		assert.ok(before - freeBytes(disk.root) < mebibyte, 'the room was not given back');
		await pull(store, small);
		assert.is(checkedObjects(store).length, 1);
	});

test.run();
