import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import {noProgress, type ProgressEvent} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {scanDirectory} from '../../engine/tree/scan.ts';
import {deploymentImage} from '../../engine/tree/transform.ts';
import {readSelf} from '../../installer/self-image.ts';

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
	const self = await readSelf(tree, never, (event) => events.push(event));
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
	const reading = readSelf(
		scanDirectory(hostSystem(), root),
		AbortSignal.abort(new Error('off')),
		noProgress,
	);
	await reading.then(
		() => assert.unreachable('it was read'),
		(error: Error) => assert.is(error.message, 'off'),
	);
});

test.run();
