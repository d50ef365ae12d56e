import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import type {ConfigTable} from '../../../installer/config/document.ts';
import {formatMistake} from '../../../installer/config/mistake.ts';
import {
	configJsonSchema,
	formatConfig,
	readNative,
	writtenConfig,
} from '../../../installer/config/native.ts';
import {readConfig} from '../../../installer/config/read-config.ts';
import {parseTomlDocument} from '../../../installer/config/toml-document.ts';
import {fullConfig, publicKey, sha512Hash} from './sample-configs.ts';

const test = suite("slipway's own configuration");

function answersOf(text: string, name = 'site.toml'): Answers {
	const {answers, mistakes} = readConfig(text, name);
	assert.equal(mistakes.map(formatMistake), []);
	return answers;
}

function mistakesIn(text: string, name = 'site.toml'): string[] {
	return readConfig(text, name).mistakes.map(formatMistake);
}

test('says nothing with its version alone', () => {
	assert.equal(answersOf('version = 1'), noAnswers);
});

test('gives the answers of every table', () => {
	const answers = answersOf(fullConfig);
	assert.equal(answers.disk, [
		{
			serial: 'S6*',
			size: {least: 200e9, most: 2e12 - 1},
			transport: ['nvme'],
			pick: 'only',
		},
		{pick: 'largest'},
	]);
	assert.equal(answers.storage, {
		layout: 'partition',
		wipe: true,
		replace: [{number: 3}],
		keep: [{partLabel: 'data'}],
		fileSystem: 'btrfs',
		espSize: 2 ** 30,
		rootSize: undefined,
		rootMinimumSize: 8 * 2 ** 30,
		rootMaximumSize: 20 * 2 ** 30,
		partitions: [
			{
				mountPoint: '/var/home',
				size: undefined,
				fileSystem: undefined,
				label: undefined,
				options: ['noatime'],
				encrypted: true,
			},
			{
				mountPoint: '/var/lib/data',
				size: 10 * 2 ** 30,
				fileSystem: 'xfs',
				label: 'data',
				options: [],
				encrypted: false,
			},
		],
		swap: {size: 8 * 2 ** 30},
		mirror: [
			{path: '/dev/sda', pick: 'only'},
			{byId: 'ata-*2', empty: true, pick: 'only'},
		],
		encryption: {
			passphrase: {kind: 'file', path: '/run/passphrase'},
			tpm2: {pcrs: [7, 11], pin: {kind: 'credential', name: 'pin'}},
			recoveryKeyPath: '/run/recovery-key',
			recoveryKeyShown: 'qr',
		},
	});
	assert.equal(answers.system, {
		hostname: 'a.example.com',
		locale: 'de_DE.UTF-8',
		keymap: 'de-latin1',
		timeZone: 'Europe/Berlin',
		ntpServers: ['ntp.example.com', '192.0.2.1'],
	});
	assert.equal(answers.root, {passwordHash: undefined, sshKeys: [publicKey]});
	const [anna] = answers.users;
	assert.is(anna?.passwordHash?.reveal(), sha512Hash);
	assert.equal(
		{...anna, passwordHash: undefined},
		{
			passwordHash: undefined,
			name: 'anna',
			gecos: 'Anna Example',
			uid: 1000,
			gid: 1000,
			groups: ['wheel'],
			shell: '/bin/bash',
			home: '/var/home/anna',
			sudo: 'password',
			sshKeys: [],
		},
	);
	assert.equal(answers.files[1], {
		path: '/etc/secret',
		content: {kind: 'credential', name: 'secret'},
		mode: 0o600,
		user: 'anna',
		group: '10',
	});
	assert.equal(answers.scripts.post, [
		{
			text: 'true',
			interpreter: '/bin/bash',
			chroot: true,
			required: false,
			timeoutSeconds: 300,
			log: '/var/log/post',
		},
	]);
	assert.equal(
		[answers.boot, answers.finish, answers.updates, answers.arm, answers.unattended],
		[
			{kernelArguments: ['quiet', 'console=ttyS0,115200'], timeoutSeconds: 3},
			{action: 'poweroff', onFailure: 'shell', eject: true},
			{mode: 'stage', window: '22:00-05:00'},
			[{serial: 'ABC123'}, {mac: '52:54:00:12:34:56'}],
			true,
		],
	);
});

test('is written so that it gives the same answers again, as TOML and as JSON', () => {
	const answers = answersOf(fullConfig);
	const {config, leftOut} = writtenConfig(answers);
	assert.equal(leftOut, []);
	const json = answersOf(JSON.stringify(config, undefined, 1), 'site.json');
	for (const again of [answersOf(formatConfig(answers)), json]) {
		assert.equal(again.users[0]?.passwordHash?.reveal(), sha512Hash);
		// Secrets hide their text from comparisons.
		assert.equal(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(answers)));
		assert.equal([again.credentials, again.registry], [answers.credentials, answers.registry]);
	}
});

test('is written without its secrets, and says which', () => {
	const config = `version = 1
allow-inline-secrets = true
[storage.encryption]
passphrase = "planted"
[registry]
auth = "planted"
`;
	const answers = answersOf(config);
	assert.equal(answers.registry.auth, {kind: 'inline', secret: new Secret('planted')});
	assert.is(
		formatConfig(answers),
		`# storage.encryption.passphrase is a secret and was left out: say which file has it.
# registry.auth is a secret and was left out: say which file has it.
version = 1

[storage.encryption.passphrase]
file = ""

[registry.auth]
file = ""
`,
	);
	// Installed as it is, the root would not be encrypted.
	assert.equal(mistakesIn(formatConfig(answers)), [
		'site.toml:6:8: storage.encryption.passphrase.file is "", expected a path from the root on, without ..',
		'site.toml:9:8: registry.auth.file is "", expected a path from the root on, without ..',
	]);
});

test('has all its mistakes told in one run, in the order of the file', () => {
	assert.equal(
		mistakesIn(`version = 1
disc = "only"
[storage]
filesytem = "xfs"
layout = "disc"
esp.size = "12"
[[user]]
name = "Anna"
password = "planted"
[[user]]
name = "bob"
ssh-keys = ["ssh-rsa AAAA"]
[[user]]
name = "bob"
[[files]]
path = "/usr/x"
content = {url = "http://x"}
mode = 644
`),
		[
			'site.toml:2:1: disc is unknown, expected a key that is known; did you mean disk?',
			'site.toml:4:1: storage.filesytem is unknown, expected a key that is known; did you mean filesystem?',
			'site.toml:5:10: storage.layout is "disc", expected "disk", "free-space", "partition"; did you mean disk?',
			'site.toml:6:12: storage.esp.size is "12", expected a size with its unit, such as "512 MiB" or "1 GiB"',
			'site.toml:8:8: user[0].name is "Anna", expected a name of lower-case letters, digits, - and _',
			'site.toml:9:1: user[0].password is unknown, expected password-hash, which "openssl passwd -6" prints',
			'site.toml:12:13: user[1].ssh-keys[0] is "ssh-rsa AAAA", expected a public key such as "ssh-ed25519 AAAA… name"',
			'site.toml:13:3: user[2] is the same as user[1], expected each once',
			'site.toml:16:8: files[0].path is "/usr/x", expected a path of a file below /etc or /var',
			'site.toml:17:11: files[0].content is a table, expected a text, {file = "…"} or {url = "…", sha256 = "…"}',
			'site.toml:18:8: files[0].mode is a number, expected an octal mode as a text, such as "0644"',
		],
	);
});

test('says what of storage cannot be together', () => {
	assert.equal(
		mistakesIn(`version = 1
[storage]
layout = "free-space"
replace = [{number = 3}, {number = 4}]
keep = [{number = 4}]
[[storage.extra]]
mountpoint = "/var/a"
[[storage.extra]]
mountpoint = "/var/b"
[[storage.extra]]
mountpoint = "/var/c"
existing.number = 4
format = true
`),
		[
			'site.toml:4:11: storage.replace is given with layout "free-space", expected layout "partition"',
			'site.toml:4:26: storage.replace[1] is a partition that storage.keep names too, expected it in one of the lists',
			'site.toml:8:3: storage.extra[1] is without a size like one before it, expected one partition alone to take the rest',
			'site.toml:10:3: storage.extra[2] is to format a partition that storage.keep names, expected it kept or formatted',
		],
	);
});

test('says what is said in vain of partitions', () => {
	assert.equal(
		mistakesIn(`version = 1
storage.root = {size = "8 GiB", min-size = "9 GiB", max-size = "8 GiB"}
[[storage.extra]]
mountpoint = "/var/a"
format = true
min-size = "2 GiB"
max-size = "1.5 GiB"
[[storage.extra]]
mountpoint = "/var/b"
existing.number = 3
size = "1 GiB"
filesystem = "xfs"
label = "b"
mkfs-options = ["-m", "1"]
[[storage.extra]]
mountpoint = "/var/c"
existing = {number = 4}
format = true
filesystem = "xfs"
label = "c"
mkfs-options = ["-m", "1"]
`),
		[
			'site.toml:2:44: storage.root.min-size is given beside size, expected one of them',
			'site.toml:2:64: storage.root.max-size is given beside size, expected one of them',
			'site.toml:5:10: storage.extra[0].format is given for a new partition, expected it beside existing',
			'site.toml:7:12: storage.extra[0].max-size is less than min-size, expected at least 2 GiB',
			'site.toml:11:8: storage.extra[1].size is given for a partition that is there, expected it without existing',
			'site.toml:12:14: storage.extra[1].filesystem is given for a partition that stays as it is, expected it with format = true',
			'site.toml:13:9: storage.extra[1].label is given for a partition that stays as it is, expected it with format = true',
			'site.toml:14:16: storage.extra[1].mkfs-options is given for a partition that stays as it is, expected it with format = true',
		],
	);
});

test('tells keys apart by the key itself', () => {
	const [type = '', blob = ''] = publicKey.split(' ');
	const other = publicKey.replace(blob, `${blob.slice(0, -4)}AAAA`);
	const keys = (...lines: readonly string[]) =>
		mistakesIn(`version = 1\nroot.ssh-keys = ${JSON.stringify(lines)}`);
	assert.equal(keys(`restrict ${publicKey}`, `restrict ${other}`), []);
	assert.equal(keys(publicKey, `restrict ${type} ${blob}`).length, 1);
});

for (const [interfaces, twin] of [
	[['match.name = "eth0"', 'match.name = "ETH0"'], 1],
	[['', 'dhcp = "ipv4"'], 1],
	[['match.name = "eth0"\nvlan.id = 7', 'match.name = "eth0"\nvlan = {id = 7, name = "x"}'], 1],
	[
		['match.name = "eth0"', 'match.name = "eth0"\nvlan.id = 7', 'match.name = "eth0"\nvlan.id = 8'],
		undefined,
	],
	[['', 'wifi.ssid = "a"', 'wifi.ssid = "A"'], undefined],
] as const)
	test(`tells interfaces apart: ${JSON.stringify(interfaces)}`, () => {
		const tables = interfaces.map((lines) => `[[network.interface]]\n${lines}\n`).join('');
		const mistakes = mistakesIn(`version = 1\n${tables}`);
		const expected = `network.interface[${twin}] is the same as network.interface[0], expected each once`;
		assert.equal(
			mistakes.map((mistake) => mistake.replace(/^site\.toml:\d+:\d+: /, '')),
			twin === undefined ? [] : [expected],
		);
	});

for (const [text, mistake] of [
	['', '1:1: version is missing, expected it to be said'],
	['version = "1"', '1:11: version is a text, expected 1'],
	['x = 1\nversion = 2', '2:11: version is 2, which a newer slipway reads, expected 1'],
	['version = 0', '1:11: version is 0, expected 1'],
] as const)
	test(`needs its version: ${JSON.stringify(text)}`, () => {
		assert.equal(mistakesIn(text), [`site.toml:${mistake}`]);
	});

/** Values that are taken, and values that are not, by the key they stand at. */
const values: readonly (readonly [
	key: string,
	right: readonly string[],
	wrong: readonly string[],
])[] = [
	['system.hostname', ['"a"', '"a-1.b"'], ['"-a"', '"a_b"', '"a..b"', `"${'a'.repeat(65)}"`, '1']],
	['system.timezone', ['"Europe/Berlin"', '"UTC"'], ['"europe/berlin"', '"+01:00"', '"../x"']],
	['system.locale', ['"C.UTF-8"', '"sr_RS.UTF-8@latin"'], ['"german"', '"de_DE UTF-8"']],
	['storage.root.size', ['"10 GiB"', '"1.5GB"'], ['"10"', '"10G"', '10', '"-1 GiB"']],
	['storage.esp.size', ['"64 MiB"'], ['"63 MiB"']],
	['storage.root.max-size', ['"10 GiB"'], ['10']],
	[
		'storage.root',
		['{min-size = "8 GiB", max-size = "8 GiB"}'],
		[
			'{size = "9 GiB", min-size = "8 GiB"}',
			'{size = "9 GiB", max-size = "9 GiB"}',
			'{min-size = "9 GiB", max-size = "8 GiB"}',
		],
	],
	[
		'storage.swap',
		['"none"', '"zram"', '"recommended"', '"hibernation"', '"1 GiB"'],
		['"no"', 'false'],
	],
	[
		'storage.extra',
		[
			'[{mountpoint = "/var/a"}]',
			'[{mountpoint = "/var", existing = {partlabel = "a"}}, {mountpoint = "/var/a"}]',
			'[{mountpoint = "/var", existing = {type = "linux"}, format = true}]',
			'[{mountpoint = "/var", min-size = "1 GiB", max-size = "2 GiB", mkfs-options = ["-m", "1"]}]',
		],
		[
			'[{mountpoint = "/var/"}]',
			'[{mountpoint = "/home"}]',
			'[{mountpoint = "/var/a", format = true}]',
			'[{mountpoint = "/var/a", existing = {number = 1}, size = "1 GiB"}]',
			'[{mountpoint = "/var/../etc"}]',
			'[{mountpoint = "/var/a"}, {mountpoint = "/var/b"}]',
			'[{mountpoint = "/var/a", size = "1 GiB"}, {mountpoint = "/var/a", size = "2 GiB"}]',
		],
	],
	[
		'storage',
		[
			'{layout = "partition", replace = [{number = 3}]}',
			'{replace = [{number = 3}]}',
			'{layout = "free-space"}',
			'{keep = [{number = 3}], extra = [{mountpoint = "/var", existing = {number = 3}}]}',
		],
		[
			'{layout = "free-space", replace = [{number = 3}]}',
			'{layout = "disk", wipe = true, replace = [{type = "linux"}]}',
			'{replace = [{number = 3}], keep = [{number = 3}]}',
			'{keep = [{number = 3}], extra = [{mountpoint = "/var", existing = {number = 3}, format = true}]}',
		],
	],
	[
		'storage.keep',
		['[{number = 1}, {label = "a"}]', '[{path = "/dev/sda3"}, {type = "linux"}]'],
		[
			'[{path = "sda3"}]',
			'[{type = "windows"}]',
			'[{}]',
			'[{number = 1}, {number = 1}]',
			'[{number = 0}]',
		],
	],
	[
		'storage.encryption',
		['{tpm2 = true}', '{tpm2 = {enroll = true}, recovery-key = {generate = true, show = "qr"}}'],
		[
			'{}',
			'{tpm2 = false}',
			'{passphrase = "planted"}',
			'{passphrase = {file = "/a", credential = "b"}}',
			'{tpm2 = true, recovery-key = {generate = false}}',
		],
	],
	['storage.mirror', ['["/dev/sda", "/dev/sdb"]'], ['["/dev/sda"]', '["/dev/sda", "/dev/sda"]']],
	[
		'disk',
		['"only"', '"/dev/sda"', '{model = "a*"}'],
		[
			'"sda"',
			'"biggest"',
			'"/dev/../var/sda"',
			'{path = "/var/sda"}',
			'[]',
			'{serial = ""}',
			'{serial = "[z-a]"}',
			'{size = "200 GB"}',
			'{size = "> 2 TB, < 1 TB"}',
			'{transport = ["pata"]}',
			'{pick = "first"}',
		],
	],
	['boot.firmware', ['"uefi"', '"bios"', '"both"'], ['"efi"', 'true']],
	['boot.kargs', ['["quiet splash"]'], ['["root=/dev/sda"]', '[""]', '"quiet"']],
	[
		'updates.window',
		['"02:00-05:00"', '"22:00-24:00"'],
		['"2:00-5:00"', '"02:00-02:00"', '"02:00"', '"02:00-05:00-06:00"'],
	],
	['image.target', ['"registry.example.com/a:b"'], ['"myos"', '"registry.example.com/A"']],
	[
		'network.interface',
		['[{}]', '[{match = {mac = "52:54:00:00:00:01"}}, {match = {name = "a"}}]'],
		[
			'[{}, {}]',
			'[{dhcp = "no"}]',
			'[{addresses = ["192.0.2.1"]}]',
			'[{addresses = ["192.0.2.1/33"]}]',
			'[{gateway = ["192.0.2.1", "192.0.2.2"]}]',
			'[{match = {name = "much-too-long-name"}}]',
			'[{bond = {members = ["a"]}}]',
			'[{vlan = {id = 4095}}]',
			'[{wifi = {ssid = ""}}]',
			'[{mtu = 20}]',
		],
	],
	[
		'files',
		['[{path = "/var/a", content = ""}]'],
		[
			'[{path = "/var/a"}]',
			'[{path = "/etc/../usr/a", content = ""}]',
			'[{path = "/etc/", content = ""}]',
			'[{path = "/etc/a", content = "", mode = "99"}]',
			'[{path = "/etc/a", content = {url = "https://example.com/a"}}]',
			'[{path = "/etc/a", content = {url = "file:///a", sha256 = "00"}}]',
			'[{path = "/etc/a", content = ""}, {path = "/etc/a", content = "b"}]',
		],
	],
	[
		'user',
		['[{name = "a"}]'],
		[
			'[{name = "root"}]',
			'[{name = "Anna"}]',
			'[{}]',
			'[{name = "a", password-hash = ""}]',
			'[{name = "a", password-hash = "planted"}]',
			'[{name = "a", uid = -1}]',
			'[{name = "a", gecos = "a:b"}]',
			'{name = "a"}',
		],
	],
	['services.enable', ['["a@b.service"]'], ['["sshd"]', '["a.service", "a.service"]']],
	[
		'credentials',
		['{a = {file = "/b"}}'],
		['{"a/b" = {file = "/b"}}', '{a = "planted"}', '{a = {file = "b"}}'],
	],
	[
		'scripts.pre',
		['[{run = "true"}]'],
		['[{run = ""}]', '["true"]', '[{run = "true", timeout = "soon"}]'],
	],
	['arm', ['[{dmi-uuid = "a"}]'], ['[{}]', '["serial:a"]']],
	['finish.action', ['"reboot"'], ['"halt"', '1979-05-27']],
];

for (const [key, right, wrong] of values)
	test(`takes what ${key} may be, and names the line of what it may not`, () => {
		for (const value of right)
			assert.equal(mistakesIn(`version = 1\n\n${key} = ${value}\n`), [], value);
		for (const value of wrong) {
			const mistakes = mistakesIn(`version = 1\n\n${key} = ${value}\n`);
			assert.ok(mistakes.length > 0, value);
			for (const mistake of mistakes) {
				assert.match(mistake, /^site\.toml:3:\d+: .* is .*, expected /, value);
				assert.not.match(mistake, /planted/, value);
			}
		}
	});

test('does not show secrets that stand where none may', () => {
	for (const line of [
		'user = [{name = "a", passwrod-hash = "planted"}]',
		'root = "planted"',
		'registry.auth = "planted"',
		'credentials = ["planted"]',
		'network.interface = [{wifi = {ssid = "a", passphrase = "planted"}}]',
	])
		assert.not.match(mistakesIn(`version = 1\n${line}`).join(), /planted/, line);
});

test('may be a part of another file, without a version and from some line on', () => {
	const text = `${'\n'.repeat(29)}[storage.encryption]\ntpm2 = {enroll = true}\n`;
	const part = readNative(parseTomlDocument(text) as ConfigTable, 'a.ks', {isPart: true});
	assert.equal(part.mistakes, []);
	assert.equal(part.answers.storage.encryption, {
		passphrase: undefined,
		tpm2: {pcrs: [7], pin: undefined},
		recoveryKeyPath: undefined,
	});
	const wrong = readNative(parseTomlDocument(`${text}x = 1`) as ConfigTable, 'a.ks', {
		isPart: true,
	});
	assert.is(wrong.mistakes[0]?.line, 32);
});

test('tells a web page from a configuration', () => {
	assert.equal(mistakesIn('\n<!DOCTYPE html><html>', 'https://example.com/site.toml'), [
		'https://example.com/site.toml:1:1: a web page, expected a configuration; look at its URL',
	]);
});

test('has a JSON Schema with every key', () => {
	const {$schema, required, additionalProperties, properties} = configJsonSchema();
	assert.equal(
		[$schema, required, additionalProperties],
		['https://json-schema.org/draft/2020-12/schema', ['version'], false],
	);
	const keys = Object.keys(properties as object);
	const said = parseTomlDocument(fullConfig) as ConfigTable;
	assert.equal(
		[...said.entries.keys()].filter((key) => !keys.includes(key)),
		[],
	);
	assert.equal(
		(properties as {system: {properties: {hostname: object}}}).system.properties.hostname,
		{
			type: 'string',
			description: 'a host name of letters, digits, dashes and dots',
			pattern:
				'^(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$',
		},
	);
});

test.run();
