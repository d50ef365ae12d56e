import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, noAnswers, type StorageAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {parseKickstart, readKickstart} from '../../../installer/kickstart/read-kickstart.ts';
import {hashPassword, said, sample} from './reading.ts';

const test = suite('samples of kickstarts');

const opsKey =
	'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMzH1ZsnRbsBc3xJA8UvpdewMTZ1UFgzBXagIJ6203er ops@example.test';
const rootOfOps = {passwordHash: undefined, sshKeys: [opsKey]};
const hash = new Secret(
	'$6$sampleSALT1$sNFLy50kFuUcqoIQQbNtC1O0AQN0/rXX.dS8bdCPVHU041K.wagY3fTcIt1Q24OVVHYgFTdzOi7pCCOwUrqG41',
);
const options = {hashPassword, isLenient: false};

function parseSample(name: string) {
	return parseKickstart(sample(name), options, () => undefined, 'mistake');
}

function storage(said: Partial<StorageAnswers>): StorageAnswers {
	return {...noAnswers.storage, ...said};
}

/** Secrets look all the same to a comparison. */
function revealed(answers: Answers): unknown {
	return JSON.parse(
		JSON.stringify(answers, (_, value) => (value instanceof Map ? [...value] : (value ?? null))),
	);
}

function sameAnswers(actual: Answers, expected: Answers): void {
	assert.equal(revealed(actual), revealed(expected));
	const hashes = ({root, users}: Answers) =>
		[root, ...users].map(({passwordHash}) => passwordHash?.reveal());
	assert.equal(hashes(actual), hashes(expected));
}

test('01: the only disk, wiped, with a key for root', () => {
	const reading = parseSample('01-minimal-wipe.ks');
	assert.equal(said(reading), []);
	sameAnswers(reading.answers, {
		...noAnswers,
		storage: storage({layout: 'disk', wipe: true, fileSystem: 'xfs', swap: 'none'}),
		system: {...noAnswers.system, locale: 'en_US.UTF-8'},
		root: rootOfOps,
		finish: {action: 'reboot', onFailure: undefined},
		unattended: true,
	});
});

test('02: LUKS with a TPM, and an image of a registry', () => {
	const reading = parseSample('02-encrypted-tpm2.ks');
	assert.equal(said(reading), [
		'warning 02-encrypted-tpm2.ks:18:56: autopart --passphrase is in plain text, expected a file that only its owner may read',
		'note 7: which locales there are is for the image to say',
		'note 11: eula changes nothing: an image has its own',
		'note 13: --composefs changes nothing: it is always so',
	]);
	const {encryption} = reading.answers.storage;
	assert.is(
		encryption?.passphrase?.kind === 'inline' && encryption.passphrase.secret.reveal(),
		'correct horse battery staple',
	);
	sameAnswers(reading.answers, {
		...noAnswers,
		disk: [{byId: 'nvme-*', pick: 'only'}],
		storage: storage({
			layout: 'disk',
			wipe: true,
			fileSystem: 'btrfs',
			swap: 'none',
			encryption: {
				passphrase: {kind: 'inline', secret: new Secret('')},
				tpm2: {pcrs: [7], pin: undefined},
				recoveryKeyPath: undefined,
				recoveryKeyShown: 'qr',
				keyDerivation: {
					function: 'argon2id',
					memoryKiB: 262_144,
					timeMs: 2000,
					iterations: undefined,
				},
			},
		}),
		image: {
			source: 'registry:registry.example.test/os/desktop:stable',
			target: 'registry.example.test/os/desktop:stable',
		},
		boot: {
			kernelArguments: ['quiet', 'splash', 'rd.luks.options=tpm2-device=auto'],
			timeoutSeconds: undefined,
		},
		system: {
			...noAnswers.system,
			locale: 'de_DE.UTF-8',
			keymap: 'de-nodeadkeys',
			timeZone: 'Europe/Berlin',
			hardwareClock: 'utc',
			ntpPools: ['pool.example.test'],
			xkb: {
				layouts: [
					{layout: 'de', variant: 'nodeadkeys'},
					{layout: 'us', variant: ''},
				],
				options: ['grp:alt_shift_toggle'],
			},
		},
		users: [
			{
				name: 'anna',
				gecos: 'Anna Example',
				uid: undefined,
				gid: undefined,
				groups: ['wheel'],
				shell: undefined,
				home: undefined,
				sudo: 'none',
				passwordHash: hash,
				sshKeys: [],
			},
		],
		finish: {action: 'poweroff', onFailure: undefined, eject: true},
		unattended: true,
	});
});

test('03: partitions on a named disk, networks, users, services', () => {
	const reading = parseSample('03-server-explicit.ks');
	assert.equal(said(reading), [
		'note 5: there is no graphical mode; text is used',
		'note 15: logging is about the system that installs, whose log stays with it',
		'note 22: reqpart makes no /boot: kernels are kept on the ESP',
		'note 24: the root partition keeps the label that slipway gives it',
		'note 32: sshpw changes nothing: nobody logs in to the system that installs',
	]);
	const dynamic = {
		dhcp: 'yes',
		addresses: [],
		gateways: [],
		dns: [],
		searchDomains: [],
		mtu: undefined,
		vlan: undefined,
		bond: undefined,
		wifi: undefined,
	} as const;
	const script = {
		interpreter: '/bin/sh',
		chroot: false,
		required: false,
		timeoutSeconds: 600,
		log: undefined,
	};
	sameAnswers(reading.answers, {
		...noAnswers,
		disk: [{path: '/dev/disk/by-id/wwn-0x5000c500a1b2c3d4', pick: 'only'}],
		storage: storage({
			layout: 'disk',
			wipe: true,
			fileSystem: 'xfs',
			rootSize: 20 * GiB,
			swap: 'recommended',
			partitions: [
				{
					mountPoint: '/var',
					size: undefined,
					minimumSize: 20 * GiB,
					maximumSize: 512_000 * MiB,
					fileSystem: 'xfs',
					label: undefined,
					options: ['noatime', 'nodev'],
					mkfsOptions: ['-m', 'reflink=1'],
					encrypted: false,
				},
			],
		}),
		image: {
			source: 'registry:registry.example.test/os/server:stable',
			target: 'registry.example.test/os/server:stable',
		},
		boot: {kernelArguments: ['console=tty0', 'console=ttyS0,115200n8'], timeoutSeconds: 3},
		system: {
			...noAnswers.system,
			hostname: 'db1.example.test',
			locale: 'en_GB.UTF-8',
			keymap: 'uk',
			timeZone: 'Etc/UTC',
			hardwareClock: 'utc',
			ntpServers: ['ntp1.example.test', 'ntp2.example.test'],
			ntsHosts: ['ntp1.example.test'],
			selinux: 'enforcing',
		},
		root: {passwordHash: hash, sshKeys: []},
		users: [
			{
				name: 'deploy',
				gecos: undefined,
				uid: 2000,
				gid: 2000,
				groups: ['wheel', 'dba'],
				shell: '/bin/bash',
				home: '/var/home/deploy',
				sudo: 'none',
				passwordHash: undefined,
				sshKeys: [opsKey],
			},
		],
		groups: [{name: 'dba', gid: 2100}],
		network: {
			copyLive: undefined,
			interfaces: [
				{...dynamic, match: {found: 'booted'}, onBoot: true, activate: true},
				{
					...dynamic,
					match: {mac: '52:54:00:12:34:56'},
					dhcp: 'no',
					addresses: ['192.0.2.10/24', '2001:db8::10/64'],
					gateways: ['192.0.2.1', '2001:db8::1'],
					dns: ['192.0.2.53', '198.51.100.53'],
					searchDomains: ['example.test'],
					mtu: 9000,
					onBoot: true,
				},
				{
					...dynamic,
					match: {name: 'bond0'},
					bond: {
						members: ['ens5', 'ens6'],
						mode: 'active-backup',
						options: {primary: 'ens5'},
					},
					ignoreDefaultRoute: true,
					activate: false,
				},
			],
		},
		services: {
			enable: ['sshd.service', 'node_exporter.service'],
			disable: ['cups.service', 'avahi-daemon.service'],
			mask: [],
		},
		firewall: {
			enabled: true,
			services: ['ssh', 'postgresql'],
			removedServices: [],
			ports: [{port: '9187', protocol: 'tcp'}],
			trustedInterfaces: ['bond0'],
		},
		scripts: {
			pre: [],
			preInstall: [
				{...script, text: 'set -eu\ntest -e /mnt/sysimage\n', log: '/tmp/pre-install.log'},
			],
			post: [
				{
					...script,
					text: 'set -eu\ninstall -d -m 0755 /etc/motd.d\necho "db1, installed by kickstart" > /etc/motd.d/10-host\n',
					chroot: true,
					required: true,
					log: '/var/log/ks-post.log',
				},
				{
					...script,
					text: 'import shutil\nshutil.copy("/run/installer/install.log", "/mnt/sysimage/var/log/install.log")\n',
					interpreter: '/usr/bin/python3',
				},
			],
			onError: [],
		},
		finish: {action: 'reboot', onFailure: undefined, eject: true},
	});
});

test('04: two partitions make room, others are kept', () => {
	const reading = parseSample('04-preserve-data.ks');
	const plain = 'is a password in plain text, expected a hash such as "openssl passwd -6" prints';
	assert.equal(said(reading), [
		'warning 04-preserve-data.ks:14:76: part --passphrase is in plain text, expected a file that only its owner may read',
		`warning 04-preserve-data.ks:17:20: rootpw ${plain}`,
		`warning 04-preserve-data.ks:18:55: user --password ${plain}`,
		'note 13: part /boot makes no partition: kernels are kept on the ESP',
		'note 16: --leavebootorder changes nothing: the order is left alone',
		'note 19: what is asked at the first boot is for the image to say',
	]);
	const {encryption} = reading.answers.storage;
	assert.is(
		encryption?.passphrase?.kind === 'inline' && encryption.passphrase.secret.reveal(),
		'změň mě #1',
	);
	sameAnswers(reading.answers, {
		...noAnswers,
		disk: [{path: '/dev/nvme0n1', pick: 'only'}],
		storage: storage({
			layout: 'partition',
			replace: [{path: '/dev/nvme0n1p5'}, {path: '/dev/nvme0n1p6'}],
			keep: [{partLabel: 'EFI system partition'}, {label: 'home'}],
			fileSystem: 'btrfs',
			rootMinimumSize: 40 * GiB,
			partitions: [
				{
					mountPoint: '/var/home',
					existing: {partition: {label: 'home'}, format: false},
					size: undefined,
					fileSystem: undefined,
					label: undefined,
					options: ['noatime'],
					encrypted: false,
				},
			],
			encryption: {
				passphrase: {kind: 'inline', secret: new Secret('')},
				tpm2: undefined,
				recoveryKeyPath: undefined,
			},
		}),
		system: {
			...noAnswers.system,
			locale: 'cs_CZ.UTF-8',
			keymap: 'cz-qwertz',
			timeZone: 'Europe/Prague',
			hardwareClock: 'local',
		},
		root: {passwordHash: new Secret('hash of s e c r e t #1'), sshKeys: []},
		users: [
			{
				name: 'eva',
				gecos: undefined,
				uid: undefined,
				gid: undefined,
				groups: ['wheel', 'dialout'],
				shell: undefined,
				home: undefined,
				sudo: 'none',
				passwordHash: new Secret('hash of také #tajné'),
				sshKeys: [],
			},
		],
		finish: {action: 'wait', onFailure: undefined},
	});
});

/** What its %pre writes. */
const storageLines =
	'ignoredisk --only-use=/dev/sdb\nzerombr\nclearpart --all --initlabel --drives=/dev/sdb\nautopart --type=plain --fstype=ext4 --nohome\n';

test('05: %pre writes the storage lines, which are read then', async () => {
	const files = new Map<string, string>([
		['https://config.example.test/common/site-ca.ks', 'timesource --ntp-server=192.0.2.1\n'],
	]);
	const ran: string[] = [];
	const reading = await readKickstart(sample('05-dynamic-include.ks'), options, {
		readInclude: async (target) => files.get(target),
		runPre: async (scripts) => {
			ran.push(
				...scripts.pre.map(({interpreter, required, log}) => `${interpreter} ${required} ${log}`),
			);
			files.set('/tmp/storage.ks', storageLines);
		},
	});
	assert.equal(ran, ['/bin/bash true /tmp/pre.log']);
	assert.equal(said(reading), [
		'warning 05-dynamic-include.ks:40:1: %traceback, expected %onerror, as which it runs',
	]);
	const onError = {
		interpreter: '/bin/sh',
		chroot: false,
		required: false,
		timeoutSeconds: 600,
		log: undefined,
	};
	sameAnswers(reading.answers, {
		...noAnswers,
		disk: [{path: '/dev/sdb', pick: 'only'}],
		storage: storage({layout: 'disk', wipe: true, fileSystem: 'ext4'}),
		system: {
			...noAnswers.system,
			locale: 'en_US',
			keymap: 'us',
			timeZone: 'America/New_York',
			hardwareClock: 'utc',
			ntpServers: ['192.0.2.1'],
			selinux: 'permissive',
		},
		root: rootOfOps,
		network: {
			copyLive: undefined,
			interfaces: [
				{
					match: {found: 'linked'},
					activate: true,
					dhcp: 'yes',
					addresses: [],
					gateways: [],
					dns: [],
					searchDomains: [],
					mtu: undefined,
					vlan: undefined,
					bond: undefined,
					wifi: undefined,
				},
			],
		},
		registry: {
			...noAnswers.registry,
			caCertificates: [
				{
					kind: 'text',
					text: '-----BEGIN CERTIFICATE-----\nc2FtcGxlIG9ubHksIG5vdCBhIHJlYWwgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n',
				},
			],
		},
		scripts: {
			pre: [],
			preInstall: [],
			post: [],
			onError: [
				{
					...onError,
					text: 'curl -fsS -T /tmp/pre.log https://config.example.test/failures/ || true\n',
				},
				{...onError, text: 'print("installer crashed")\n', interpreter: '/usr/bin/python3'},
			],
		},
		finish: {action: 'poweroff', onFailure: undefined},
		unattended: true,
	});
});

test('05: a file that %pre did not write is missing; without %pre, that is only told', async () => {
	const readInclude = async (target: string) => (target.startsWith('https:') ? '' : undefined);
	const ran = await readKickstart(sample('05-dynamic-include.ks'), options, {
		readInclude,
		runPre: async () => undefined,
	});
	assert.equal(said(ran), [
		'05-dynamic-include.ks:16:1: %include is no such file: "/tmp/storage.ks", expected a file that can be read, or a URL with https://',
		'warning 05-dynamic-include.ks:40:1: %traceback, expected %onerror, as which it runs',
	]);
	const looked = await readKickstart(sample('05-dynamic-include.ks'), options, {
		readInclude,
		runPre: undefined,
	});
	assert.equal(said(looked), [
		'warning 05-dynamic-include.ks:16:1: %include is no such file: "/tmp/storage.ks", expected a file that can be read, or a URL with https://',
		'warning 05-dynamic-include.ks:40:1: %traceback, expected %onerror, as which it runs',
		'note 1: %pre was not run; what it writes is not known',
	]);
	assert.is(looked.answers.scripts.pre.length, 1);
});

test('06: a package-based one is refused, all of it at once', () => {
	const content = 'content that comes from the image; add packages in its Containerfile';
	const layout = 'part or autopart: an image has one disk, plain or btrfs';
	assert.equal(
		said(parseSample('06-package-based-reject.ks')).map((line) =>
			line.replace('06-package-based-reject.ks:', ''),
		),
		[
			`12:1: url is not possible here, expected ${content}`,
			`13:1: repo is not possible here, expected ${content}`,
			'17:8: sshkey --username is "nobodyhere", expected root, or a user that a line makes',
			'20:1: realm is not possible here, expected the setup in the image, or a %post script',
			'22:19: clearpart --drives is 2 disks, expected the one that is installed on',
			'23:6: part is "raid.01", expected one disk, plain or btrfs',
			'24:6: part is "raid.02", expected one disk, plain or btrfs',
			'25:6: part is "pv.01", expected one disk, plain or btrfs',
			`26:1: raid is not possible here, expected ${layout}`,
			`27:1: volgroup is not possible here, expected ${layout}`,
			`28:1: logvol is not possible here, expected ${layout}`,
			'29:12: bootloader --location is "partition", expected mbr or boot, which both are the ESP',
			'30:1: rescue is not possible here, expected the shell of the live system',
			'33:1: %packages is not possible here, expected packages in the image; add them in its Containerfile',
			'38:8: reboot --kexec is a start past the firmware, expected reboot',
			'warning 15:8: rootpw is a password in plain text, expected a hash such as "openssl passwd -6" prints',
			'warning 18:1: selinux is switched off, expected --enforcing',
			'warning 19:1: firewall is switched off, expected --enabled',
			'warning 29:33: bootloader --password is left out: systemd-boot has none, expected a password of the firmware',
		],
	);
});

test.run();
