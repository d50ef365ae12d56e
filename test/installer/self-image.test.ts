import {mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import {Refused} from '../../engine/errors.ts';
import {noProgress, type ProgressEvent} from '../../engine/progress.ts';
import {HashAhead} from '../../engine/store/hash-ahead.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {scanDirectory} from '../../engine/tree/scan.ts';
import {deploymentImage} from '../../engine/tree/transform.ts';
import {type ContentSizes, contentSizes} from '../../installer/disk/content-sizes.ts';
import {
	hashOthers,
	hashSelf,
	prepareSelf,
	provisionalSelf,
	type SelfImage,
} from '../../installer/self-image.ts';
import {thrownBy} from './sink/thrown.ts';

const test = suite<{root: string}>('the image that runs');
const never = new AbortController().signal;
const large = Buffer.alloc(5000, 'large');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-self-'));
	for (const folder of ['boot', 'etc', 'run', 'sysroot', 'usr/lib', 'var'])
		mkdirSync(path.join(context.root, folder), {recursive: true});
	writeFileSync(path.join(context.root, 'usr/lib/large'), large);
	writeFileSync(path.join(context.root, 'usr/lib/same'), large);
	writeFileSync(path.join(context.root, 'usr/lib/small'), 'small');
	writeFileSync(path.join(context.root, 'boot/kernel'), Buffer.alloc(9000, 'kernel'));
	symlinkSync('usr/lib', path.join(context.root, 'lib'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

test('is hashed once, and has the digest that every other way to it has', async ({root}) => {
	const events: ProgressEvent[] = [];
	const tree = scanDirectory(hostSystem(), root);
	const prepared = await prepareSelf(tree, undefined);
	const self = await hashSelf(prepared, never, (event) => events.push(event));
	assert.equal([...self.objects.keys()], [verityDigest(large, 'sha256')]);
	const again = await deploymentImage(tree.root, 'sha256', () => Buffer.alloc(0));
	assert.is(self.image.verityDigest, again.verityDigest);
	assert.is(self.image.verityDigest, verityDigest(self.image.bytes, 'sha256'));
	assert.equal(
		events.filter(({type}) => type === 'step').map((event) => event.type === 'step' && event.total),
		[5000 + 5000 + 5 + 9000],
	);
});

test('is not read to its end once that was called off', async ({root}) => {
	const prepared = await prepareSelf(scanDirectory(hostSystem(), root), undefined);
	const reading = hashSelf(prepared, AbortSignal.abort(new Error('off')), noProgress);
	await reading.then(
		() => assert.unreachable('it was read'),
		(error: Error) => assert.is(error.message, 'off'),
	);
});

test('is the same when its objects are hashed elsewhere', async ({root}) => {
	const scan = () => prepareSelf(scanDirectory(hostSystem(), root), undefined);
	const whole = await hashSelf(await scan(), never, noProgress);
	const prepared = await scan();
	assert.equal(
		prepared.objects.map(({inode}) => inode.size),
		[5000, 5000],
	);
	const digest = verityDigest(large, 'sha256');
	const self = await hashOthers(prepared, Promise.resolve([digest, digest]));
	assert.is(self.image.verityDigest, whole.image.verityDigest);
	const sizesOf = ({objects}: SelfImage) => [...objects].map(([name, {size}]) => [name, size]);
	assert.equal(sizesOf(self), sizesOf(whole));
	assert.equal([...self.sources.values()].length, [...whole.sources.values()].length);
});

test('is the same when some of it was hashed ahead', async ({root}) => {
	const kernel = path.join(root, 'boot/kernel');
	const library = path.join(root, 'usr/lib/library');
	for (const file of [kernel, library]) writeFileSync(file, Buffer.alloc(300_000, file));
	const whole = await hashSelf(await prepareScanned(root), never, noProgress);
	await using ahead = new HashAhead('sha256');
	for (const file of [kernel, library]) ahead.add({path: file, size: 300_000});
	while (ahead.count < 2) await nextTurn();
	const events: ProgressEvent[] = [];
	const prepared = await prepareScanned(root, ahead);
	const self = await hashSelf(prepared, never, (event) => events.push(event));
	assert.is(self.image.verityDigest, whole.image.verityDigest);
	assert.equal(self.objects, whole.objects);
	assert.equal(events.map((event) => event.type === 'step' && event.total).filter(Boolean), [
		5000 + 5000 + 5,
	]);
	// No object of a deployment.
	utimesSync(kernel, 0, 0);
	assert.is(prepared.checkUnchanged(), undefined);
	utimesSync(library, 0, 0);
	assert.throws(() => prepared.checkUnchanged(), /library" was changed while it was copied/);
});

const prepareScanned = (root: string, ahead?: HashAhead) =>
	prepareSelf(scanDirectory(hostSystem(), root), undefined, ahead);

test('is no larger than it seemed before it was hashed', async ({root}) => {
	const prepared = await prepareSelf(scanDirectory(hostSystem(), root), undefined);
	const before = sizes(provisionalSelf(prepared));
	const after = sizes(await hashSelf(prepared, never, noProgress));
	assert.ok(before.rootBytes >= after.rootBytes + 8192);
	assert.is(before.rootInodes, after.rootInodes + 1);
});

test('is not made of a tree that no deployment can be made of', async ({root}) => {
	rmSync(path.join(root, 'sysroot'), {recursive: true});
	const error = await thrownBy(Refused, prepareSelf(scanDirectory(hostSystem(), root), undefined));
	assert.is(error.code, 'no-sysroot');
});

function sizes({image, objects}: SelfImage): ContentSizes {
	const content = {algorithm: 'sha256', image, objects, state: []} as const;
	return contentSizes({...content, bootFiles: [], bootEntries: []}, () => 0);
}

test.run();
