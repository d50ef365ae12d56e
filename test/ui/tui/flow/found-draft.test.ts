import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readConfig} from '../../../../installer/config/read-config.ts';
import {foundDraft} from '../../../../ui/tui/flow/found-draft.ts';
import {key} from '../fake-port.ts';

const test = suite('answers that were found');

function found(text: string, disk?: string) {
	const config = `version = 1\nallow-inline-secrets = true\n${text}`;
	const {answers, mistakes} = readConfig(config, 'a.toml');
	assert.equal(mistakes, []);
	return foundDraft({answers, disk});
}

test('are all that the questions ask', () => {
	assert.equal(
		found(
			`disk = {serial = "S1"}
unattended = true
arm = [{serial = "S1"}]
finish.action = "poweroff"
image.target = "registry.example.com/b:2"
updates = {mode = "apply", window = "01:00-02:00"}
registry.auth = {file = "/run/auth.json"}
[storage]
wipe = true
layout = "partition"
replace = [{number = 3}]
filesystem = "btrfs"
swap = "none"
encryption = {passphrase = "sesame", tpm2 = true}
[system]
hostname = "kestrel"
locale = "de_DE.UTF-8"
keymap = "de-latin1"
timezone = "Europe/Berlin"
[[network.interface]]
match.name = "enp1s0"
dhcp = "no"
addresses = ["192.0.2.7/24", "2001:db8::7/64"]
gateway = ["192.0.2.1"]
dns = ["192.0.2.53"]
[[user]]
name = "ada"
gecos = "Ada"
sudo = "nopasswd"
password-hash = "$6$salt$${'a'.repeat(86)}"
ssh-keys = ["${key}"]
`,
			'/dev/sda',
		),
		{
			draft: {
				disk: '/dev/sda',
				layout: 'partition',
				replace: '3',
				fileSystem: 'btrfs',
				encryption: 'tpm2-passphrase',
				passphrase: 'sesame',
				passphraseAgain: 'sesame',
				pin: '',
				network: 'static',
				interface: 'enp1s0',
				address: '192.0.2.7/24 2001:db8::7/64',
				gateway: '192.0.2.1',
				dns: '192.0.2.53',
				userName: 'ada',
				fullName: 'Ada',
				keys: key,
				passwordHash: `$6$salt$${'a'.repeat(86)}`,
				sudo: 'nopasswd',
				hostname: 'kestrel',
				locale: 'de_DE.UTF-8',
				keymap: 'de-latin1',
				timeZone: 'Europe/Berlin',
				authFile: '/run/auth.json',
				target: 'registry.example.com/b:2',
				updates: 'apply',
				window: '01:00-02:00',
			},
			leftOut: [],
		},
	);
	assert.equal(found(''), {draft: {}, leftOut: []});
});

/** What no question is about is named, and what cannot be filled in too. */
const cases: readonly (readonly [
	text: string,
	draft: ReturnType<typeof found>['draft'],
	leftOut: readonly string[],
])[] = [
	['disk = {serial = "S1"}', {}, ['disk']],
	[
		'boot.kargs = ["quiet"]\nroot.ssh-keys = []\nservices.mask = ["a.service"]',
		{},
		['boot.kargs', 'services.mask'],
	],
	['[[scripts.post]]\nrun = "true"', {}, ['scripts.post']],
	['system.ntp = ["192.0.2.1"]', {}, ['system.ntp']],
	['network.copy-live = true', {network: 'live'}, []],
	['[[network.interface]]\ndhcp = "yes"', {network: 'dhcp'}, []],
	['[[network.interface]]\nmatch.mac = "52:54:00:12:34:56"', {}, ['network.interface']],
	['[[network.interface]]\nmtu = 9000', {}, ['network.interface']],
	['[[network.interface]]\ndhcp = "ipv4"', {}, ['network.interface']],
	[
		'storage = {layout = "partition", replace = [{label = "old"}]}',
		{},
		['storage.layout', 'storage.replace'],
	],
	[
		'storage.encryption = {tpm2 = {pin = {file = "/run/pin"}}, recovery-key.save-to = "/run/keys"}',
		{encryption: 'tpm2-pin', passphrase: '', passphraseAgain: '', pin: ''},
		['storage.encryption'],
	],
	['registry.auth = {credential = "auth"}', {}, ['registry.auth']],
	[
		`[[user]]\nname = "ada"\nuid = 1815\n[[user]]\nname = "bob"`,
		{userName: 'ada', fullName: '', keys: '', passwordHash: '', sudo: 'none'},
		['user'],
	],
];

for (const [text, draft, leftOut] of cases)
	test(`of ${text.split('\n').join('; ')}`, () => {
		assert.equal(found(text), {draft, leftOut});
	});

test.run();
