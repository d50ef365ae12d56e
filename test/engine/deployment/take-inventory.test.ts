import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {takeInventory} from '../../../engine/deployment/take-inventory.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import {content} from '../store/fixture.ts';
import {storeRoot} from '../store/stored-root.ts';

const test = suite<{folder: string}>('inventory');
test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'inventory-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const status = `Package: bash\nStatus: install ok installed\nVersion: 5.2\nTag: ${'x'.repeat(100)}\n`;

test('has the size of an image with each content once, and its packages', async ({folder}) => {
	const {store, digest} = await storeRoot(folder, {
		'usr/lib/one': content(9000),
		'usr/lib/twin': content(9000),
		'usr/lib/small': 'in the image',
		'var/lib/dpkg': {link: '../../usr/share/dpkg'},
		'usr/share/dpkg/status': status,
	});
	assert.equal(await takeInventory(store, digest), {
		size: statSync(store.imagePath(digest)).size + 9000 + status.length,
		packages: {format: 'dpkg', versions: new Map([['bash', '5.2']])},
	});
});

test('is not taken of an image that lacks a content', async ({folder}) => {
	const {store, digest} = await storeRoot(folder, {'var/lib/dpkg/status': status});
	rmSync(path.join(store.path, 'objects'), {recursive: true});
	const error = await takeInventory(store, digest).catch((thrown: unknown) => thrown);
	assert.instance(error, DamagedInput);
	assert.is((error as DamagedInput).message, 'the content of /var/lib/dpkg/status is missing');
});

test.run();
