import {chmod, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {rootChecks} from '../../../engine/lint/checks/all.ts';
import {worldWritable} from '../../../engine/lint/checks/layout.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {lint} from '../../../engine/lint/lint.ts';
import {recordImage} from '../../../engine/source/record-image.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {makeCpio} from './cpio.ts';
import {type MadeRoot, makeRoot} from './made-root.ts';

const test = suite('lint');

const executable = {mode: 0o755, content: ''};
const modules = '/usr/lib/modules/6.12.1';

/** The smallest root that no check finds fault with. */
const goodRoot: MadeRoot = {
	[`${modules}/vmlinuz`]: 'kernel',
	[`${modules}/initramfs.img`]: makeCpio({'usr/lib/slipway/slipway-root': ''}),
	'/usr/lib/systemd/boot/efi/systemd-bootx64.efi': 'MZ',
	'/usr/lib/systemd/systemd': executable,
	'/usr/sbin/init': {link: '../lib/systemd/systemd'},
	'/sbin': {link: 'usr/sbin'},
	'/usr/lib/slipway/slipway': executable,
	'/usr/lib/slipway/image.toml': 'reference = "registry.example.com/myos"\n',
	'/usr/share/containers/policy.json': '{"default": [{"type": "reject"}]}',
	'/usr/lib/systemd/system/tmp.mount': '[Mount]\n',
	'/usr/lib/systemd/system/local-fs.target.wants/tmp.mount': {link: '../tmp.mount'},
	'/usr/lib/slipway/kargs.d/10-console.toml': 'kargs = ["console=ttyS0"]\n',
	'/usr/lib/os-release': 'ID=debian\nPRETTY_NAME="Debian"\n',
	'/etc/os-release': {link: '../usr/lib/os-release'},
	'/etc/machine-id': '',
	'/etc/hosts': '127.0.0.1 localhost\n',
	...Object.fromEntries(
		['boot', 'sysroot', 'dev', 'proc', 'run', 'sys', 'tmp', 'var'].map((name) => [
			`/${name}`,
			'folder',
		]),
	),
	'/home': {link: 'var/home'},
	'/root': {link: '/var/roothome'},
	'/srv': {link: 'var/srv'},
	'/mnt': {link: 'var/mnt'},
	'/opt': {link: 'var/opt'},
	'/usr/local': {link: '../var/usrlocal'},
};

const system = hostSystem();
const recordPath = '/usr/lib/slipway/image-record';

/** With a record of just this root, unless the entries have one. */
async function findIn(entries: MadeRoot, covered?: ReadonlySet<string>): Promise<string[]> {
	await using root = await makeRoot({...goodRoot, ...entries});
	if (!(recordPath in entries)) recordImage(system, {root: root.folder, into: root.folder});
	const findings = await lint(new ImageRoot(root.folder, covered), rootChecks);
	return findings.map(({severity, check, message}) => `${severity} [${check}] ${message}`);
}

test('finds a kernel that cannot mount the root', async () => {
	const kernel = (version: string): MadeRoot => ({
		[`${modules}/vmlinuz`]: undefined,
		[`${modules}/initramfs.img`]: undefined,
		[`/usr/lib/modules/${version}/vmlinuz`]: 'kernel',
		[`/usr/lib/modules/${version}/initramfs.img`]: makeCpio({'usr/lib/slipway/slipway-root': ''}),
	});
	for (const version of ['6.5.13-x', '5.14.0-503.el9.x86_64'])
		assert.equal(await findIn(kernel(version)), [
			`error [kernel-version] the kernel ${version} is too old`,
		]);
	for (const version of ['6.6.0', '6.12.48+deb13-amd64', '10.1', 'custom'])
		assert.equal(await findIn(kernel(version)), []);
});

test('finds nothing in a root as it should be', async () => {
	assert.equal(await findIn({}), []);
});

const cases: [what: string, entries: MadeRoot, findings: string[]][] = [
	[
		'health checks that would not be run',
		{
			'/usr/lib/slipway/health.d/10-a': executable,
			'/usr/lib/slipway/health.d/20-b': '#!/bin/sh\n',
			'/etc/slipway/health.d/wanted/30-c': '#!/bin/sh\n',
			'/etc/slipway/health.d/10-a': {link: '/dev/null'},
			'/etc/greenboot/check/required.d/40_d.sh': 'true\n',
		},
		[
			'warning [health-checks] /usr/lib/slipway/health.d/20-b is not executable',
			'warning [health-checks] /etc/slipway/health.d/wanted/30-c is not executable',
		],
	],
	[
		'settings of health checks that cannot be read',
		{'/usr/lib/slipway/health.toml': 'time-limit = "5 min"\n'},
		[
			'error [health-settings] /usr/lib/slipway/health.toml, line 1: time-limit is "5 min", expected whole seconds from 1 to 86400',
		],
	],
	[
		'no kernel',
		{[`${modules}/vmlinuz`]: undefined, '/boot/vmlinuz-6.12.1': 'kernel'},
		[
			`error [one-kernel] the image has no kernel: ${modules} has no vmlinuz, but /boot has vmlinuz-6.12.1`,
			'warning [empty-boot] /boot holds vmlinuz-6.12.1',
		],
	],
	[
		'two kernels',
		{
			'/usr/lib/modules/6.13.0/vmlinuz': 'kernel',
			'/usr/lib/modules/6.13.0/initramfs.img': makeCpio({'usr/lib/slipway/slipway-root': ''}),
		},
		['error [one-kernel] the image has 2 kernels: 6.12.1, 6.13.0'],
	],
	[
		'no signature policy',
		{'/usr/share/containers/policy.json': undefined},
		[
			'warning [signature-policy] there is neither /etc/containers/policy.json nor /usr/share/containers/policy.json',
		],
	],
	[
		'a signature policy with a mistake',
		{'/etc/containers/policy.json': '{"default": []}'},
		[
			'warning [signature-policy] /etc/containers/policy.json: default is no list of one requirement or more',
		],
	],
	[
		'settings of updates with a mistake',
		{'/usr/lib/slipway/update.toml': 'mode = "always"\n'},
		[
			'error [update-settings] /usr/lib/slipway/update.toml, line 1: mode is "always", expected "off", "check", "stage", "apply"',
		],
	],
	[
		'a hook that nobody can run',
		{'/etc/slipway/hooks.d/before-apply/10-drain': '#!/bin/sh\n'},
		['warning [update-hooks] /etc/slipway/hooks.d/before-apply/10-drain is not executable'],
	],
	[
		'a kernel that is a link out of the image',
		{[`${modules}/vmlinuz`]: {link: '/etc/passwd'}},
		[`error [one-kernel] ${modules}/vmlinuz is not a regular file`],
	],
	[
		'no initramfs',
		{[`${modules}/initramfs.img`]: undefined},
		[`error [one-kernel] the image has no ${modules}/initramfs.img for its kernel`],
	],
	[
		"an initramfs without slipway's module",
		{[`${modules}/initramfs.img`]: makeCpio({init: ''})},
		[
			`error [initramfs] ${modules}/initramfs.img lacks slipway's dracut module (usr/lib/slipway/slipway-root)`,
		],
	],
	[
		'an initramfs that is none',
		{[`${modules}/initramfs.img`]: 'text'},
		[`error [initramfs] ${modules}/initramfs.img is damaged: initramfs ends too early (at byte 4)`],
	],
	[
		'an initramfs that it cannot decompress',
		{[`${modules}/initramfs.img`]: Buffer.from('fd377a585a00', 'hex')},
		[`note [initramfs] ${modules}/initramfs.img is compressed with xz, so it was not looked into`],
	],
	[
		'no boot loader',
		{'/usr/lib/systemd/boot/efi/systemd-bootx64.efi': undefined},
		['error [boot-loader] there is no systemd-boot in /usr/lib/systemd/boot/efi'],
	],
	['no init', {'/usr/sbin/init': undefined}, ['error [init] there is no /sbin/init']],
	[
		'an init that leads to something else',
		{'/usr/lib/systemd/systemd': 'text'},
		['error [init] /sbin/init is not executable'],
	],
	[
		'no slipway',
		{'/usr/lib/slipway/slipway': undefined},
		['error [slipway] there is no /usr/lib/slipway/slipway'],
	],
	[
		'a slipway that lost its permission',
		{'/usr/lib/slipway/slipway': 'text'},
		['error [slipway] /usr/lib/slipway/slipway is not executable'],
	],
	[
		'mistakes in kernel arguments',
		{
			'/usr/lib/slipway/kargs.d/20-broken.toml': 'kargs = "quiet"',
			'/usr/lib/bootc/kargs.d/30-root.toml': '\nkargs = ["root=/dev/sda"]\n',
		},
		[
			'error [kernel-arguments] /usr/lib/bootc/kargs.d/30-root.toml, line 2: root= names the disk and is set by slipway, expected any other kernel argument',
			'error [kernel-arguments] /usr/lib/slipway/kargs.d/20-broken.toml, line 1: kargs is not that, expected a list of strings, such as kargs = ["quiet"]',
		],
	],
	[
		'a reference that no other machine can pull',
		{'/usr/lib/slipway/image.toml': 'reference = "localhost/myos"\n'},
		[
			'warning [image-reference] localhost/myos is on this host alone: no update can come from there',
		],
	],
	[
		'a reference that is none',
		{'/usr/lib/slipway/image.toml': 'reference = 1\n'},
		[
			'error [image-reference] /usr/lib/slipway/image.toml, line 1: reference is not a string, expected reference = "REGISTRY/NAME:TAG"',
		],
	],
	[
		'no reference',
		{'/usr/lib/slipway/image.toml': undefined},
		['note [image-reference] /usr/lib/slipway/image.toml names no reference'],
	],
	[
		'no record of the image',
		{[recordPath]: undefined},
		['warning [image-record] there is no /usr/lib/slipway/image-record'],
	],
	[
		'a record that is none',
		{[recordPath]: 'text'},
		['warning [image-record] line 1 of the image record is not JSON'],
	],
	[
		'no os-release',
		{'/etc/os-release': undefined, '/usr/lib/os-release': undefined},
		['error [os-release] there is neither /etc/os-release nor /usr/lib/os-release'],
	],
	[
		'an os-release without a name',
		{'/usr/lib/os-release': 'ID=debian\nPRETTY_NAME=\n'},
		['warning [os-release] os-release has no PRETTY_NAME'],
	],
	[
		'missing mount points',
		{'/sysroot': undefined, '/tmp': 'file'},
		['error [mount-points] /sysroot is not a folder', 'error [mount-points] /tmp is not a folder'],
	],
	[
		'places that a person could not write to',
		{
			'/home': 'folder',
			'/root': undefined,
			'/srv': {link: 'usr/srv'},
			'/opt': undefined,
			'/opt/vendor': 'folder',
		},
		[
			'error [writable-places] /home is a folder of the image, so it will be read-only',
			'error [writable-places] /root is missing, and cannot be made on the machine',
			'warning [writable-places] /srv leads to usr/srv, which is not below /var',
			'warning [writable-places] /opt is a folder of the image, so it will be read-only',
		],
	],
	[
		'software in places that a machine may write to',
		{
			'/usr/local': undefined,
			'/usr/local/bin/tool': executable,
			'/usr/local/man': {link: 'share/man'},
			'/opt': undefined,
			'/opt/vendor/program': executable,
		},
		[
			'note [image-software] /usr/local holds software of the image',
			'note [image-software] /opt holds software of the image',
		],
	],
	[
		'/usr/local as Debian ships it, for it is still to be made writable',
		{'/usr/local': undefined, '/usr/local/bin': 'folder', '/usr/local/man': {link: 'share/man'}},
		['warning [writable-places] /usr/local is a folder of the image, so it will be read-only'],
	],
	[
		'a tmp.mount that is only an example',
		{
			'/usr/lib/systemd/system/tmp.mount': undefined,
			'/usr/lib/systemd/system/local-fs.target.wants/tmp.mount': undefined,
			'/usr/share/systemd/tmp.mount': '[Mount]\n',
		},
		['warning [tmp] there is no unit tmp.mount'],
	],
	[
		'a tmp.mount that nothing wants',
		{'/usr/lib/systemd/system/local-fs.target.wants/tmp.mount': undefined},
		['warning [tmp] nothing mounts tmp.mount: local-fs.target does not want it'],
	],
	[
		'a tmp.mount that is masked',
		{'/etc/systemd/system/tmp.mount': {link: '/dev/null'}},
		['warning [tmp] the unit tmp.mount is masked'],
	],
	[
		'an identity',
		{
			'/etc/machine-id': '3d1219c7c4c5404aaa1f6d2a48adfda4\n',
			'/etc/ssh/ssh_host_ed25519_key': 'secret',
			'/etc/ssh/ssh_host_ed25519_key.pub': 'public',
		},
		[
			'error [machine-id] /etc/machine-id holds an identity: 3d1219c7c4c5404aaa1f6d2a48adfda4',
			'error [ssh-host-keys] the image holds a private key: /etc/ssh/ssh_host_ed25519_key',
		],
	],
	[
		'what one machine has',
		{
			'/var/lib/systemd/credential.secret': 'secret',
			'/var/lib/systemd/random-seed': 'seed',
			'/etc/nvme/hostnqn': 'nqn.2014-08.org.nvmexpress:uuid:1',
		},
		[
			'warning [machine-files] /var/lib/systemd/credential.secret is the key of credentials that systemd encrypts',
			'warning [machine-files] /var/lib/systemd/random-seed is the seed of random numbers',
			'warning [machine-files] /etc/nvme/hostnqn is the name by which storage knows the machine',
			'note [var-content] /var has files at /var/lib/systemd',
		],
	],
	[
		'cloud-init, and a kernel that reads no media',
		{
			'/usr/bin/cloud-init': executable,
			[`${modules}/modules.dep`]: 'kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz\n',
			[`${modules}/modules.builtin`]: 'kernel/fs/fat/vfat.ko\n',
		},
		['warning [seed-media] the kernel 6.12.1 has no module isofs'],
	],
	[
		'cloud-init, and one that does',
		{
			'/usr/bin/cloud-init': executable,
			[`${modules}/modules.dep`]: 'kernel/fs/isofs/isofs.ko.xz: kernel/drivers/cdrom/cdrom.ko.xz\n',
			[`${modules}/modules.builtin`]: 'kernel/fs/fat/vfat.ko\n',
		},
		[],
	],
	['a machine-id for the first boot', {'/etc/machine-id': 'uninitialized\n'}, []],
	[
		'what the build host left behind',
		{
			'/etc/hostname': 'builder\n',
			'/etc/resolv.conf': '# made by hand\nnameserver 192.0.2.1\n',
			'/etc/hosts': '127.0.0.1 localhost\n192.0.2.2 builder\n',
		},
		[
			'note [host-files] /etc/hostname has content: every machine has this name',
			'note [host-files] /etc/hosts has content: every machine has these names',
			'note [host-files] /etc/resolv.conf has content: every machine asks these name servers',
		],
	],
	[
		'content of /var',
		{'/var/lib/app/data/1': '', '/var/www/index.html': '', '/var/lib/dpkg/status': ''},
		['note [var-content] /var has files at /var/lib/app, /var/www/index.html'],
	],
	[
		'content that is never seen',
		{'/run/lock/a': '', '/tmp/b': ''},
		['note [volatile-content] /run holds lock', 'note [volatile-content] /tmp holds b'],
	],
	[
		'package files left behind',
		{'/var/cache/apt/archives/a.deb': Buffer.alloc(3 << 20), '/var/cache/dnf/small': 'x'},
		['warning [package-caches] /var/cache/apt holds 3 MiB of package files'],
	],
];
for (const [what, entries, findings] of cases)
	test(`judges ${what}`, async () => {
		assert.equal(await findIn(entries), findings);
	});

test('finds what everybody may write to', async () => {
	await using root = await makeRoot({...goodRoot, '/etc/b': '', '/usr/share/a': '', '/etc/c': ''});
	for (const name of ['/etc/b', '/usr/share/a', '/etc/c'])
		await chmod(path.join(root.folder, name), 0o666);
	const [finding] = await lint(new ImageRoot(root.folder), [worldWritable]);
	assert.equal(finding, {
		check: 'world-writable',
		severity: 'warning',
		message: 'everybody may write to /etc/b, /etc/c, /usr/share/a',
		reason: 'Anybody on the machine may change the file, which is rarely meant.',
		fix: 'Take the permission away: RUN chmod o-w FILE',
	});
});

test('notices what was changed after the record was written', async () => {
	await using root = await makeRoot({...goodRoot, '/usr/bin': 'folder', '/usr/games': 'folder'});
	const place = (name: string): string => path.join(root.folder, name);
	const folders = ['/usr/bin', '/usr/games', '/usr/sbin', '/etc'];
	// As if they came with a layer.
	for (const name of folders) system.setMtime(place(name), 1_600_000_000, 0);
	recordImage(system, {root: root.folder, into: root.folder});
	const image = new ImageRoot(root.folder, new Set(['/etc/hosts']));
	const judge = async () => (await lint(image, rootChecks)).map(({message}) => message);
	assert.equal(await judge(), []);
	await mkdir(place('/usr/share/new'), {recursive: true});
	await writeFile(place('/usr/bin/new'), '');
	await chmod(place('/usr/games'), 0o700);
	await writeFile(place('/etc/mtab'), 'the container engine puts something here');
	assert.equal(await judge(), [
		'the image was changed after its record was written: "/usr/bin", "/usr/games", "/usr/share/new"',
	]);
});

test('does not judge what a mount covers', async () => {
	const covered = new Set(['/etc/hostname', '/boot', '/tmp']);
	const entries = {'/etc/hostname': 'builder', '/boot/x': '', '/tmp/y': ''};
	assert.equal(await findIn(entries, covered), []);
});

test('has a name of its own for every check', () => {
	const names = rootChecks.map(({name}) => name);
	assert.is(new Set(names).size, names.length);
	for (const name of names) assert.match(name, /^[a-z-]+$/);
});

test('never follows a link out of the image', async () => {
	await using root = await makeRoot({
		'/etc/passwd': 'inside',
		'/absolute': {link: '/etc/passwd'},
		'/climbing': {link: '../../../../../../etc/passwd'},
		'/loop': {link: 'loop'},
		'/folder': {link: '/etc'},
	});
	const image = new ImageRoot(root.folder);
	assert.is(await image.text('/absolute'), 'inside');
	assert.is(await image.text('/climbing'), 'inside');
	assert.is(await image.text('/folder/passwd'), 'inside');
	assert.is(await image.text('/loop'), undefined);
	assert.is(await image.text('/../etc/passwd'), 'inside');
	assert.equal(await image.list('/folder'), ['passwd']);
	assert.equal(await Array.fromAsync(image.walk('/folder'), ([path]) => path), ['/etc/passwd']);
	assert.is((await image.facts('/folder'))?.target, '/etc');
});

test.run();
