/** Stores on real file systems: what is shared, what is protected, what happens when one is full. */
import {mkdirSync, statfsSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../engine/errors.ts';
import {importDirectory} from '../../engine/store/import-directory.ts';
import {createStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {checkedObjects, content, filesBelow, writeTree} from '../engine/store/fixture.ts';
import {whyNoLoopDevices} from './disk.ts';
import {type FileSystemKind, mountedDisk} from './mounted-disk.ts';

const test = suite('store on real file systems');
const system = hostSystem();
const mebibyte = 2 ** 20;
const kinds: readonly FileSystemKind[] = ['ext4', 'xfs', 'btrfs'];
const sharing: ReadonlySet<FileSystemKind> = new Set(['xfs', 'btrfs']);

const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices: ${reason}`);
const check = reason === undefined ? test : test.skip;

function usedBytes(root: string): number {
	system.syncFileSystem(root);
	const {blocks, bfree, bsize} = statfsSync(root);
	return (blocks - bfree) * bsize;
}

async function importInto(store: string, source: string): Promise<string> {
	await using writer = await createStore(system, store).write();
	await importDirectory(system, writer, source);
	await writer.commit();
	return writer.verity;
}

for (const kind of kinds) {
	check(`${kind}: objects hold what was read, and share its blocks if they can`, async () => {
		using disk = await mountedDisk(kind, 400 * mebibyte);
		const source = path.join(disk.root, 'source');
		const store = path.join(disk.root, 'composefs');
		writeTree(source, {
			...Object.fromEntries(Array.from({length: 40}, (_, n) => [`${n}`, content(mebibyte, n)])),
			small: content(3000, 100),
		});
		createStore(system, store);
		const before = usedBytes(disk.root);
		await importInto(store, source);
		assert.is(checkedObjects(store).length, 41);
		const growth = usedBytes(disk.root) - before;
		if (sharing.has(kind)) assert.ok(growth < 10 * mebibyte, `${growth} bytes more are used`);
		else assert.ok(growth >= 40 * mebibyte);
	});

	check(`${kind}: fs-verity is on for all, or said to be unavailable`, async () => {
		using disk = await mountedDisk(kind, 400 * mebibyte);
		const source = path.join(disk.root, 'source');
		const store = path.join(disk.root, 'composefs');
		writeTree(source, {a: content(5000, 1), b: content(200_000, 2)});
		const state = await importInto(store, source);
		const opened = createStore(system, store);
		const measured = checkedObjects(store).map(
			(digest) => system.measureVerity(opened.objectPath(digest))?.digest === digest,
		);
		assert.equal(measured, Array(2).fill(state === 'enforced'));
		assert.is((await opened.verify()).withoutVerity.length, state === 'enforced' ? 0 : 2);
	});

	check(`${kind}: an import that does not fit shows nothing and gives the room back`, async () => {
		using disk = await mountedDisk(kind, 400 * mebibyte);
		using other = await mountedDisk('ext4', 600 * mebibyte);
		const source = path.join(other.root, 'source');
		const store = path.join(disk.root, 'composefs');
		mkdirSync(source);
		writeTree(
			source,
			Object.fromEntries(Array.from({length: 5}, (_, n) => [`${n}`, content(9 * mebibyte, n)])),
		);
		const filler = path.join(disk.root, 'filler');
		const {bavail, bsize} = statfsSync(disk.root);
		const room = 20 * mebibyte;
		await system.run('fallocate', ['-l', String(bavail * bsize - room), filler]);
		const error = await importInto(store, source).then(
			() => assert.unreachable('it fitted'),
			(error: unknown) => error,
		);
		assert.instance(error, OperationFailed);
		assert.match(String(error), /ENOSPC/);
		assert.is((error as OperationFailed).hint, 'Make room on the file system of the store.');
		assert.equal(filesBelow(store), ['lock']);

		await system.run('rm', [filler]);
		await importInto(store, source);
		assert.is(checkedObjects(store).length, 5);
	});
}

check('clones nothing from another file system, and stores it all the same', async () => {
	using from = await mountedDisk('btrfs', 300 * mebibyte);
	using to = await mountedDisk('btrfs', 300 * mebibyte);
	writeTree(path.join(from.root, 'source'), {a: content(mebibyte, 1), b: content(mebibyte, 2)});
	await importInto(path.join(to.root, 'composefs'), path.join(from.root, 'source'));
	assert.is(checkedObjects(path.join(to.root, 'composefs')).length, 2);
});

test.run();
