import {chmodSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Store} from '../../../engine/store/store.ts';
import {openStoredImage} from '../../../engine/store/stored-image.ts';
import {content, makeFolder} from './fixture.ts';
import {storeRoot} from './stored-root.ts';

const test = suite<{folder: string; store: Store; digest: string}>('stored image');

const long = `${'größe '.repeat(20)}\n`;

test.before.each(async (context) => {
	context.folder = makeFolder();
	const stored = await storeRoot(context.folder, {
		'usr/lib/large': content(9000),
		'usr/lib/link': {link: 'large'},
		'usr/lib/größe': 'small\n',
		'usr/lib/empty': '',
		'etc/long': long,
		'etc/release': {link: '../usr/lib/größe'},
		lib: {link: 'usr/lib'},
	});
	Object.assign(context, stored);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('lists folders, through links too', async ({store, digest}) => {
	const image = openStoredImage(store, digest);
	const names = ['empty', 'größe', 'large', 'link'];
	assert.equal(await image.list('/usr/lib'), names);
	assert.equal(await image.list('/lib'), names);
	assert.equal(await image.list('/usr/lib/large'), []);
	assert.equal(await image.list('/nothing'), []);
});

test('reads texts from the image and from objects', async ({store, digest}) => {
	const image = openStoredImage(store, digest);
	assert.equal(
		await Promise.all(
			['/lib/größe', '/usr/lib/empty', '/etc/long', '/etc/release', '/etc', '/etc/no'].map((path) =>
				image.text(path),
			),
		),
		['small\n', '', long, 'small\n', undefined, undefined],
	);
});

test('gives the object of a regular file, and none for a link', async ({store, digest}) => {
	const image = openStoredImage(store, digest);
	const file = await image.regularFile('/lib/large');
	assert.is(file?.size, 9000);
	assert.is(file?.path, store.objectPath(file?.verityDigest ?? ''));
	assert.equal(readFileSync(file?.path ?? ''), content(9000));
	assert.is(await image.regularFile('/usr/lib/link'), undefined);
	assert.is(await image.regularFile('/usr/lib'), undefined);
});

async function messageOf(read: () => Promise<unknown>): Promise<string> {
	try {
		await read();
	} catch (error) {
		assert.instance(error, DamagedInput);
		return (error as DamagedInput).message;
	}
	return 'took it';
}

test('gives no file for what is in the image itself', async ({store, digest}) => {
	const image = openStoredImage(store, digest);
	assert.is(
		await messageOf(() => image.regularFile('/usr/lib/größe')),
		'/usr/lib/größe has 6 bytes, which is too little to be real',
	);
});

test('notices an object that is damaged', async ({store, digest}) => {
	const image = openStoredImage(store, digest);
	const object = (await image.regularFile('/etc/long'))?.path ?? '';
	chmodSync(object, 0o644);
	writeFileSync(object, long.replace('r', 'R'));
	assert.match(
		await messageOf(() => image.text('/etc/long')),
		/^\/etc\/long is damaged: its fs-verity digest is [0-9a-f]{64}$/,
	);
});

test('notices an image that is damaged or missing', async ({store, digest}) => {
	const file = store.imagePath(digest);
	chmodSync(file, 0o644);
	writeFileSync(file, readFileSync(file).fill(1, 2000, 2001));
	assert.match(
		await messageOf(async () => openStoredImage(store, digest)),
		`image ${digest} is damaged`,
	);
	rmSync(file);
	assert.is(
		await messageOf(async () => openStoredImage(store, digest)),
		`the store has no image ${digest}`,
	);
});

test.run();
