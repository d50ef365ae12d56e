import {createHash} from 'node:crypto';
import {rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {imageFilesOf, readImageFiles} from '../../../engine/deployment/image-files.ts';
import {DamagedInput, type EngineError, Refused} from '../../../engine/errors.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {type MadeRoot, makeRoot} from '../lint/made-root.ts';
import {content, makeFolder} from '../store/fixture.ts';
import {storeRoot} from '../store/stored-root.ts';

const test = suite<{folder: string}>('files of an image');

test.before.each((context) => {
	context.folder = makeFolder();
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const linux = content(5000, 1);
const initramfs = content(9000, 2);
const consoles = `# ${'Both consoles. '.repeat(10)}\nkargs = ["console=tty0", "console=ttyS0"]\n`;
const modules = 'usr/lib/modules/6.12.1';
const entries: MadeRoot = {
	[`${modules}/vmlinuz`]: linux,
	[`${modules}/initramfs.img`]: initramfs,
	'usr/lib/os-release': 'PRETTY_NAME="My OS 1"\nVERSION_ID=1\n',
	'usr/lib/slipway/kargs.d/20-console.toml': consoles,
	'usr/lib/bootc/kargs.d/10-quiet.toml': 'kargs = ["quiet"]\n',
	'usr/lib/slipway/image.toml': 'reference = "registry.example.com/myos"\n',
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('are the same unpacked and in a store, but for where the kernel lies', async ({folder}) => {
	const {store, digest} = await storeRoot(folder, entries);
	await using root = await makeRoot(entries);
	const expected = (linuxPath: string, initramfsPath: string) => ({
		kernelArgumentFiles: [
			{path: '/usr/lib/bootc/kargs.d/10-quiet.toml', text: 'kargs = ["quiet"]\n'},
			{path: '/usr/lib/slipway/kargs.d/20-console.toml', text: consoles},
		],
		imageSettings: 'reference = "registry.example.com/myos"\n',
		osRelease: {prettyName: 'My OS 1', imageVersion: '1'},
		kernel: {
			version: '6.12.1',
			linux: {path: linuxPath, size: 5000, sha256: sha256(linux)},
			initramfs: {path: initramfsPath, size: 9000, sha256: sha256(initramfs)},
		},
	});
	assert.equal(
		await readImageFiles(new ImageRoot(root.folder)),
		expected(
			path.join(root.folder, modules, 'vmlinuz'),
			path.join(root.folder, modules, 'initramfs.img'),
		),
	);
	const stored = await imageFilesOf(store, digest);
	const {linux: itsLinux, initramfs: itsInitramfs} = stored.kernel;
	assert.equal(stored, expected(itsLinux.path, itsInitramfs.path));
	for (const file of [itsLinux, itsInitramfs])
		assert.ok(file.path.startsWith(path.join(store.path, 'objects/')), file.path);
});

const faults: readonly (readonly [string, MadeRoot, string, RegExp])[] = [
	['no kernel', {[`${modules}/vmlinuz`]: undefined}, 'no-kernel', /^the image has no kernel: /],
	[
		'a kernel that is a link',
		{[`${modules}/vmlinuz`]: {link: '/usr/lib/large'}, 'usr/lib/large': linux},
		'no-kernel',
		/vmlinuz is not a regular file$/,
	],
	[
		'a kernel of a few bytes',
		{[`${modules}/vmlinuz`]: 'kernel'},
		'damaged-input',
		/vmlinuz has 6 bytes, which is too little to be real$/,
	],
];
for (const [name, changes, code, message] of faults)
	test(`stop at an image with ${name}`, async ({folder}) => {
		const {store, digest} = await storeRoot(folder, {...entries, ...changes});
		try {
			await imageFilesOf(store, digest);
			assert.unreachable('took it');
		} catch (error) {
			assert.ok(error instanceof Refused || error instanceof DamagedInput, String(error));
			assert.is((error as EngineError).code, code);
			assert.match((error as EngineError).message, message);
		}
	});

test('stop at a kernel that is damaged, since nothing checks it later', async ({folder}) => {
	const {store, digest} = await storeRoot(folder, entries);
	const {kernel} = await imageFilesOf(store, digest);
	rmSync(kernel.linux.path);
	writeFileSync(kernel.linux.path, content(5000, 3));
	try {
		await imageFilesOf(store, digest);
		assert.unreachable('took it');
	} catch (error) {
		assert.instance(error, DamagedInput);
		assert.match((error as Error).message, /^\/usr\/lib\/modules\/6\.12\.1\/vmlinuz is damaged: /);
	}
});

test.run();
