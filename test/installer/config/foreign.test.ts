import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {formatMistake} from '../../../installer/config/mistake.ts';
import {formatConfig} from '../../../installer/config/native.ts';
import {readConfig} from '../../../installer/config/read-config.ts';
import {bootcToml, imageBuilderToml, publicKey, sha512Hash} from './sample-configs.ts';

const test = suite("configurations of others' tools");

function mistakesIn(text: string): string[] {
	return readConfig(text, 'config.toml').mistakes.map(formatMistake);
}

test('of image-builder are honoured', () => {
	const {answers, mistakes, warnings} = readConfig(imageBuilderToml, 'config.toml');
	assert.equal([mistakes, warnings], [[], []]);
	assert.is(
		formatConfig(answers),
		`version = 1

[storage.root]
min-size = "10 GiB"

[[storage.extra]]
mountpoint = "/var/data"
size = "1 GiB"

[boot]
kargs = [ "quiet console=ttyS0" ]

[system]
hostname = "server"
locale = "de_DE.UTF-8"
keymap = "de"
timezone = "Europe/Berlin"
ntp = [ "ntp.example.com" ]

[root]
ssh-keys = [ "${publicKey}" ]

[[user]]
name = "anna"
gecos = "Anna"
groups = [ "wheel" ]
password-hash = "${sha512Hash}"
ssh-keys = [ "${publicKey}" ]

[[group]]
name = "wheel"
gid = 10

[services]
enable = [ "sshd.service", "cockpit.socket" ]

[[files]]
path = "/etc/motd"
content = "hello"
mode = "0640"
user = "1000"
`,
	);
});

test('of image-builder may be JSON, with partitions', () => {
	const config = {
		customizations: {
			disk: {
				minsize: '100 GiB',
				partitions: [
					{mountpoint: '/', minsize: '10 GiB', fs_type: 'xfs'},
					{minsize: '4 GiB', fs_type: 'swap'},
					{mountpoint: '/var/lib/data', minsize: '20 GiB', label: 'data', fs_type: 'ext4'},
				],
			},
			sshkey: [{user: 'root', key: publicKey}],
			cacerts: {pem_certs: ['-----BEGIN CERTIFICATE-----']},
			fips: false,
		},
	};
	const {answers, mistakes} = readConfig(JSON.stringify(config), '-');
	assert.equal(mistakes, []);
	assert.equal(answers, {
		...noAnswers,
		disk: [{size: {least: 100 * 2 ** 30}, pick: 'only'}],
		storage: {
			...noAnswers.storage,
			fileSystem: 'xfs',
			rootMinimumSize: 10 * 2 ** 30,
			swap: {size: 4 * 2 ** 30},
			partitions: [
				{
					mountPoint: '/var/lib/data',
					size: 20 * 2 ** 30,
					fileSystem: 'ext4',
					label: 'data',
					options: [],
					encrypted: false,
				},
			],
		},
		root: {passwordHash: undefined, sshKeys: [publicKey]},
		registry: {
			...noAnswers.registry,
			caCertificates: [{kind: 'text', text: '-----BEGIN CERTIFICATE-----'}],
		},
	});
});

test('of image-builder have what cannot be honoured named, all of it', () => {
	assert.equal(
		mistakesIn(`[[packages]]
name = "vim"
[customizations]
fips = true
partitioning_mode = "lvm"
[customizations.kernel]
name = "kernel-rt"
[customizations.firewall]
ports = ["80:tcp"]
[customizations.installer.kickstart]
contents = "text"
[[customizations.user]]
name = "anna"
password = "planted"
expiredate = 1
[[customizations.sshkey]]
user = "anna"
key = "ssh-rsa AAAA"
[[customizations.filesystem]]
mountpoint = "/boot"
minsize = "1 GiB"
[[customizations.disk.partitions]]
type = "lvm"
minsize = "1 GiB"
`),
		[
			'config.toml:1:3: packages is what slipway cannot honour, expected it in the Containerfile of the image',
			'config.toml:4:8: customizations.fips is true, expected false; FIPS is up to the image',
			'config.toml:5:21: customizations.partitioning_mode is what slipway cannot honour, expected customizations.disk',
			'config.toml:7:8: customizations.kernel.name is what slipway cannot honour, expected no name: the kernel is the one of the image',
			'config.toml:8:2: customizations.firewall is what slipway cannot honour, expected it in the Containerfile of the image',
			'config.toml:10:2: customizations.installer is what slipway cannot honour, expected a kickstart as a file of its own',
			'config.toml:14:12: customizations.user[0].password is a text, expected a hash such as "openssl passwd -6" prints',
			'config.toml:15:14: customizations.user[0].expiredate is what slipway cannot honour, expected no date of expiry',
			'config.toml:18:7: customizations.sshkey[0].key is "ssh-rsa AAAA", expected a public key such as "ssh-ed25519 AAAA… name"',
			'config.toml:20:14: customizations.filesystem[0].mountpoint is "/boot", expected "/", "/var" or a path below it such as "/var/home"',
			'config.toml:23:8: customizations.disk.partitions[0].type is "lvm", expected "plain"',
		],
	);
	assert.equal(mistakesIn(`[[customizations.sshkey]]\nuser = "eve"\nkey = "${publicKey}"`), [
		'config.toml:1:1: customizations.sshkey is for eve, whom nothing creates, expected the name of a user of this file',
	]);
});

test('of bootc are honoured', () => {
	const {answers, mistakes, warnings} = readConfig(bootcToml, '50-site.toml');
	assert.equal([mistakes, warnings], [[], []]);
	assert.equal(answers, {
		...noAnswers,
		storage: {...noAnswers.storage, fileSystem: 'btrfs'},
		boot: {...noAnswers.boot, kernelArguments: ['console=ttyS0']},
	});
	const luks = readConfig('[install]\nblock = ["tpm2-luks", "direct"]', 'a.toml');
	assert.equal(luks.answers.storage.encryption, {
		passphrase: undefined,
		tpm2: {pcrs: [7], pin: undefined},
		recoveryKeyPath: undefined,
	});
});

test('of bootc say nothing to other architectures', () => {
	const config = '[install]\nroot-fs-type = "xfs"\nmatch-architectures = ["s390x"]';
	const {answers, mistakes, warnings} = readConfig(config, 'a.toml');
	assert.equal([answers, mistakes], [noAnswers, []]);
	assert.equal(
		warnings.map(({found}) => found),
		['for s390x alone'],
	);
});

test('of bootc have what cannot be honoured named', () => {
	assert.equal(
		mistakesIn(`[install]
root-fs-type = "zfs"
stateroot = "other"
bootloader = "grub"
root-mount-spec = "LABEL=root"
kargs = ["root=/dev/sda"]
ostree = {}
`),
		[
			'config.toml:2:16: install.root-fs-type is "zfs", expected "ext4", "btrfs", "xfs"; did you mean xfs?',
			'config.toml:3:13: install.stateroot is "other", expected "default"',
			'config.toml:4:14: install.bootloader is "grub", expected "systemd"',
			'config.toml:5:19: install.root-mount-spec is what slipway cannot honour, expected no mount specification: the root is found by its UUID',
			'config.toml:6:10: install.kargs[0] is "root=/dev/sda", expected kernel arguments that slipway does not set itself',
			'config.toml:7:10: install.ostree is what slipway cannot honour, expected no ostree: composefs is used',
		],
	);
});

test.run();
