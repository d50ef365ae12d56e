import {createHash} from 'node:crypto';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused, UsageError} from '../../engine/errors.ts';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import {hostArchitecture} from '../../installer/architecture.ts';
import {readInstallFiles} from '../../installer/install-files.ts';
import {type MadeRoot, makeRoot} from '../engine/lint/made-root.ts';

const test = suite('files of an image that say how to install it');
const architecture = hostArchitecture('x64');

const image: MadeRoot = {
	'usr/lib/modules/6.12.1/vmlinuz': 'kernel',
	'usr/lib/modules/6.12.1/initramfs.img': 'initramfs',
	'usr/lib/systemd/boot/efi/systemd-bootx64.efi': 'boot program',
	'usr/lib/os-release': 'PRETTY_NAME="My OS 1"\nVERSION_ID=1\n',
	'usr/lib/slipway/kargs.d/10-a.toml': 'kargs = ["quiet"]\n',
	'usr/lib/slipway/image.toml': 'reference = "registry.example.com/myos"\n',
	'usr/lib/slipway/install.toml': 'root-fs = "btrfs"\n',
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('are all read', async () => {
	await using root = await makeRoot(image);
	const modules = path.join(root.folder, 'usr/lib/modules/6.12.1');
	assert.equal(await readInstallFiles(new ImageRoot(root.folder), architecture), {
		kernelArguments: [{argument: 'quiet', source: '/usr/lib/slipway/kargs.d/10-a.toml'}],
		layout: {rootFileSystem: 'btrfs', espSize: undefined},
		imageSettings: 'reference = "registry.example.com/myos"\n',
		osRelease: {prettyName: 'My OS 1', imageVersion: '1'},
		bootProgram: path.join(root.folder, 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'),
		kernel: {
			version: '6.12.1',
			linux: {path: path.join(modules, 'vmlinuz'), size: 6, sha256: sha256('kernel')},
			initramfs: {path: path.join(modules, 'initramfs.img'), size: 9, sha256: sha256('initramfs')},
		},
	});
});

test('need not be there where there is a default', async () => {
	await using root = await makeRoot({
		...image,
		'usr/lib/os-release': undefined,
		'etc/os-release': 'NAME=Other\n',
		'usr/lib/slipway/kargs.d/10-a.toml': undefined,
		'usr/lib/slipway/image.toml': undefined,
		'usr/lib/slipway/install.toml': undefined,
		'usr/lib/bootc/install/00.toml': '[install.filesystem.root]\ntype = "xfs"\n',
	});
	const files = await readInstallFiles(new ImageRoot(root.folder), architecture);
	assert.equal(
		[files.kernelArguments, files.layout.rootFileSystem, files.imageSettings, files.osRelease],
		[[], 'xfs', undefined, {prettyName: 'Other', imageVersion: undefined}],
	);
});

for (const [name, changes, kind, message] of [
	[
		'no kernel',
		{
			'usr/lib/modules/6.12.1/vmlinuz': undefined,
		},
		Refused,
		'the image has no kernel: /usr/lib/modules/6.12.1 has no vmlinuz',
	],
	[
		'two kernels',
		{'usr/lib/modules/6.12.2/vmlinuz': 'kernel'},
		Refused,
		'the image has 2 kernels: 6.12.1, 6.12.2',
	],
	[
		'no boot loader',
		{'usr/lib/systemd/boot/efi/systemd-bootx64.efi': undefined},
		Refused,
		'the image has no /usr/lib/systemd/boot/efi/systemd-bootx64.efi',
	],
	[
		'a mistake in kargs.d',
		{'usr/lib/slipway/kargs.d/10-a.toml': '# arguments\nkargs = "quiet"\n'},
		UsageError,
		'/usr/lib/slipway/kargs.d/10-a.toml, line 2: kargs is not that, expected a list of strings, such as kargs = ["quiet"]',
	],
	[
		'a mistake in its layout',
		{'usr/lib/slipway/install.toml': 'root-fs = "zfs"\n'},
		UsageError,
		'/usr/lib/slipway/install.toml, line 1: root-fs is "zfs", expected "ext4", "btrfs", "xfs"',
	],
] as const)
	test(`stop an install with ${name}`, async () => {
		await using root = await makeRoot({...image, ...changes});
		try {
			await readInstallFiles(new ImageRoot(root.folder), architecture);
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, kind);
			assert.is((error as Error).message, message);
		}
	});

test.run();
