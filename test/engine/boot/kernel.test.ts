import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	chooseKernel,
	type KernelFolder,
	kernelFolderName,
	readKernel,
} from '../../../engine/boot/kernel.ts';
import {Refused} from '../../../engine/errors.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';

const test = suite('kernel');
const whole = ['initramfs.img', 'modules.dep', 'vmlinuz'];

test('passes over folders without a kernel', () => {
	const folders = [
		{version: '6.1.0', files: ['modules.dep']},
		{version: '6.12.0', files: whole},
	];
	assert.is(chooseKernel(folders), '6.12.0');
});

const refused: readonly (readonly [string, readonly KernelFolder[], string, string])[] = [
	[
		'no folder at all',
		[],
		'no-kernel',
		'the image has no kernel: /usr/lib/modules is empty or missing',
	],
	[
		'modules without a kernel',
		[{version: '6.12.0', files: ['modules.dep']}],
		'no-kernel',
		'the image has no kernel: /usr/lib/modules/6.12.0 has no vmlinuz',
	],
	[
		'two kernels',
		[
			{version: '6.12.9', files: whole},
			{version: '6.12.10', files: ['vmlinuz']},
		],
		'several-kernels',
		'the image has 2 kernels: 6.12.10, 6.12.9',
	],
	[
		'a kernel without initramfs',
		[{version: '6.12.0', files: ['vmlinuz']}],
		'no-initramfs',
		'the image has no /usr/lib/modules/6.12.0/initramfs.img for its kernel',
	],
];
for (const [name, folders, code, message] of refused)
	test(`refuses ${name} and says what to do`, () => {
		try {
			chooseKernel(folders);
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, Refused);
			const {code: itsCode, message: itsMessage, hint} = error as Refused;
			assert.equal([itsCode, itsMessage], [code, message]);
			assert.ok(hint);
		}
	});

test('hashes the kernel and initramfs of an unpacked image', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'kernel-'));
	try {
		const folder = path.join(root, 'usr/lib/modules/6.12.0');
		mkdirSync(folder, {recursive: true});
		writeFileSync(path.join(folder, 'vmlinuz'), 'kernel');
		writeFileSync(path.join(folder, 'initramfs.img'), 'initramfs!');
		writeFileSync(path.join(root, 'usr/lib/modules/README'), '');
		const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
		const kernel = await readKernel(new ImageRoot(root));
		assert.equal(kernel, {
			version: '6.12.0',
			linux: {path: path.join(folder, 'vmlinuz'), size: 6, sha256: sha256('kernel')},
			initramfs: {path: path.join(folder, 'initramfs.img'), size: 10, sha256: sha256('initramfs!')},
		});
		// printf kernel | sha256sum etc., both as bytes into sha256sum once more
		assert.is(kernelFolderName(kernel), 'slipway-e17c90c96ede8ae1fea9742de4f0cb82');
	} finally {
		rmSync(root, {recursive: true});
	}
});

test('refuses a kernel that is a link, which may lead to one of this host', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'kernel-'));
	try {
		const folder = path.join(root, 'usr/lib/modules/6.12.0');
		mkdirSync(folder, {recursive: true});
		symlinkSync('/boot/vmlinuz', path.join(folder, 'vmlinuz'));
		writeFileSync(path.join(folder, 'initramfs.img'), '');
		await readKernel(new ImageRoot(root));
		assert.unreachable('took it');
	} catch (error) {
		assert.instance(error, Refused);
		const {code, message} = error as Refused;
		assert.equal(
			[code, message],
			['no-kernel', '/usr/lib/modules/6.12.0/vmlinuz is not a regular file'],
		);
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
