import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type InterfaceAnswers, noAnswers} from '../../../../installer/answers/answers.ts';
import {Secret} from '../../../../installer/answers/secret.ts';
import type {LiveSetting} from '../../../../installer/bootstrap/network/copy-live.ts';
import {symlink} from '../../../engine/source/trees.ts';
import {debian, type MadeImage, planned} from '../planned.ts';

const test = suite('network of a machine');
const own = '/usr/lib/systemd/system';

function imageWith(unit: string, more: MadeImage = {}): MadeImage {
	return {
		...debian,
		[`${own}/${unit}`]: '[Install]\nWantedBy=multi-user.target\n',
		[`/etc/systemd/system/multi-user.target.wants/${unit}`]: symlink(`${own}/${unit}`),
		...more,
	};
}
const manager = imageWith('NetworkManager.service');
const networkd = imageWith('systemd-networkd.service');

function face(changes: Partial<InterfaceAnswers>): InterfaceAnswers {
	return {
		match: {},
		dhcp: 'yes',
		addresses: [],
		gateways: [],
		dns: [],
		searchDomains: [],
		mtu: undefined,
		vlan: undefined,
		bond: undefined,
		wifi: undefined,
		...changes,
	};
}

function plan(interfaces: readonly Partial<InterfaceAnswers>[], image: MadeImage) {
	const network = {...noAnswers.network, interfaces: interfaces.map(face)};
	return planned({network}, image);
}

const fixed: Partial<InterfaceAnswers> = {
	match: {name: 'eth0'},
	dhcp: 'no',
	addresses: ['192.0.2.7/24', '2001:db8::7/64'],
	gateways: ['192.0.2.1'],
	dns: ['192.0.2.53', '2001:db8::53'],
	searchDomains: ['example.com', 'example.org'],
	mtu: 9000,
};
const bonded: Partial<InterfaceAnswers> = {
	match: {name: 'bond0'},
	bond: {members: ['eth1', 'eth2'], mode: '802.3ad'},
	vlan: {id: 7, name: undefined},
};
const secret = new Secret(' pass\\word');
const wireless: Partial<InterfaceAnswers> = {
	match: {name: 'wlan0'},
	wifi: {ssid: 'Café; 2', passphrase: {kind: 'inline', secret}},
};

test('is told NetworkManager', () => {
	const {entries, items, problems} = plan([fixed, bonded, wireless], manager);
	const folder = '/etc/NetworkManager/system-connections';
	assert.equal(problems, []);
	assert.equal(entries, {
		[`${folder}/slipway-bond0.7.nmconnection`]: `600 0:0 [connection]
id=bond0.7
type=vlan
interface-name=bond0.7

[vlan]
id=7
parent=bond0

[ipv4]
method=auto

[ipv6]
method=auto
`,
		[`${folder}/slipway-bond0.nmconnection`]: `600 0:0 [connection]
id=bond0
type=bond
interface-name=bond0

[bond]
mode=802.3ad
miimon=100

[ipv4]
method=disabled

[ipv6]
method=disabled
`,
		[`${folder}/slipway-eth0.nmconnection`]: `600 0:0 [connection]
id=eth0
type=ethernet
interface-name=eth0

[ethernet]
mtu=9000

[ipv4]
method=manual
address1=192.0.2.7/24
gateway=192.0.2.1
dns=192.0.2.53;
dns-search=example.com;example.org;

[ipv6]
method=manual
address1=2001:db8::7/64
dns=2001:db8::53;
dns-search=example.com;example.org;
`,
		...Object.fromEntries(
			['eth1', 'eth2'].map((name) => [
				`${folder}/slipway-${name}.nmconnection`,
				`600 0:0 [connection]\nid=${name}\ntype=ethernet\ninterface-name=${name}\nmaster=bond0\nslave-type=bond\n`,
			]),
		),
		[`${folder}/slipway-wlan0.nmconnection`]: `600 0:0 [connection]
id=wlan0
type=wifi
interface-name=wlan0

[wifi]
mode=infrastructure
ssid=67;97;102;195;169;59;32;50;

[wifi-security]
key-mgmt=wpa-psk
psk=\\spass\\\\word

[ipv4]
method=auto

[ipv6]
method=auto
`,
	});
	assert.equal(items, [
		`network eth0 | ${folder}/slipway-eth0.nmconnection`,
		`network bond0 (bond) | ${folder}/slipway-bond0.nmconnection`,
		`network eth1 (member) | ${folder}/slipway-eth1.nmconnection`,
		`network eth2 (member) | ${folder}/slipway-eth2.nmconnection`,
		`network bond0.7 (vlan) | ${folder}/slipway-bond0.7.nmconnection`,
		`network wlan0 (wifi) | ${folder}/slipway-wlan0.nmconnection | secret`,
	]);
});

test('is told systemd-networkd', () => {
	const {entries, problems} = plan(
		[fixed, bonded, {match: {mac: '52:54:00:AA:bb:01'}, dhcp: 'ipv4'}, {}],
		networkd,
	);
	const base = '/etc/systemd/network/05-slipway';
	const member = (name: string) => `644 0:0 [Match]\nName=${name}\n\n[Network]\nBond=bond0\n`;
	assert.equal(problems, []);
	assert.equal(entries, {
		[`${base}-52-54-00-aa-bb-01.network`]:
			'644 0:0 [Match]\nPermanentMACAddress=52:54:00:AA:bb:01\n\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n',
		[`${base}-any.network`]: '644 0:0 [Match]\nType=ether\nKind=!*\n\n[Network]\nDHCP=yes\n',
		[`${base}-bond0.7.netdev`]: '644 0:0 [NetDev]\nName=bond0.7\nKind=vlan\n\n[VLAN]\nId=7\n',
		[`${base}-bond0.7.network`]: '644 0:0 [Match]\nName=bond0.7\n\n[Network]\nDHCP=yes\n',
		[`${base}-bond0.netdev`]:
			'644 0:0 [NetDev]\nName=bond0\nKind=bond\n\n[Bond]\nMode=802.3ad\nMIIMonitorSec=100ms\n',
		[`${base}-bond0.network`]:
			'644 0:0 [Match]\nName=bond0\n\n[Network]\nDHCP=no\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nVLAN=bond0.7\n',
		[`${base}-eth0.network`]:
			'644 0:0 [Match]\nName=eth0\n\n[Link]\nMTUBytes=9000\n\n[Network]\nDHCP=no\nIPv6AcceptRA=no\nAddress=192.0.2.7/24\nAddress=2001:db8::7/64\nGateway=192.0.2.1\nDNS=192.0.2.53\nDNS=2001:db8::53\nDomains=example.com example.org\n',
		[`${base}-eth1.network`]: member('eth1'),
		[`${base}-eth2.network`]: member('eth2'),
	});
});

test('has one file for an interface and the VLANs on top of it', () => {
	const vlan = {match: {name: 'eth0'}, vlan: {id: 9, name: 'office'}};
	const {entries} = plan([vlan, {...fixed, mtu: undefined}], networkd);
	const text = entries['/etc/systemd/network/05-slipway-eth0.network'] ?? '';
	assert.match(text, /\nAddress=192.0.2.7\/24\n.*\nVLAN=office\n$/s);
});

test('has a file for each wireless network of an interface', () => {
	const open = (ssid: string) => ({
		match: {name: 'wlan0'},
		wifi: {ssid, passphrase: undefined},
	});
	const {entries, problems} = plan([open('a'), {}, open('b'), open('c')], manager);
	const ssids = Object.entries(entries).map(([place, text]) => [
		/slipway-(.*)\.nm/.exec(place)?.[1],
		/ssid=(.*)/.exec(text)?.[1],
	]);
	assert.equal(problems, []);
	assert.equal(Object.fromEntries(ssids), {
		any: undefined,
		wlan0: 'a',
		'wlan0-2': 'b',
		'wlan0-3': 'c',
	});
});

test('of a wireless kind is told who joins it, where networkd cannot', () => {
	const {entries: iwd} = plan([wireless], {...networkd, '/usr/libexec/iwd': 'x'});
	const name = Buffer.from('Café; 2').toString('hex');
	assert.is(iwd[`/var/lib/iwd/=${name}.psk`], '600 0:0 [Security]\nPassphrase=\\spass\\\\word\n');
	assert.is(iwd['/var/lib/iwd/'], '700 0:0');
	const supplicant = {
		...networkd,
		'/usr/sbin/wpa_supplicant': 'x',
		[`${own}/wpa_supplicant@.service`]: '[Install]\nWantedBy=multi-user.target\n',
	};
	const {entries} = plan([wireless], supplicant);
	assert.is(
		entries['/etc/wpa_supplicant/wpa_supplicant-wlan0.conf'],
		`600 0:0 network={\n\tssid=${name}\n\tpsk=" pass\\word"\n}\n`,
	);
	assert.is(
		entries['/etc/systemd/system/multi-user.target.wants/wpa_supplicant@wlan0.service'],
		`-> ${own}/wpa_supplicant@.service`,
	);
	const {entries: dashed} = plan([{...wireless, match: {name: 'wlan-0'}}], supplicant);
	assert.is(
		dashed['/etc/systemd/system/multi-user.target.wants/wpa_supplicant@wlan\\x2d0.service'],
		`-> ${own}/wpa_supplicant@.service`,
	);
	assert.ok('/etc/wpa_supplicant/wpa_supplicant-wlan-0.conf' in dashed);
	assert.equal(plan([wireless], {...networkd, '/usr/sbin/wpa_supplicant': 'x'}).problems, [
		'the image has wpa_supplicant, and no wpa_supplicant@.service',
	]);
	assert.equal(plan([wireless], networkd).problems, [
		'the image has nothing that joins wireless networks',
	]);
});

test('needs a service that is enabled', () => {
	const problem = 'the image has neither NetworkManager nor systemd-networkd enabled';
	assert.equal(plan([{}], debian).problems, [problem]);
	const network = {...noAnswers.network, interfaces: [face({})]};
	const services = {enable: [], disable: ['NetworkManager'], mask: []};
	assert.equal(planned({network, services}, manager).problems, [problem]);
});

const live: readonly LiveSetting[] = [
	{
		service: 'NetworkManager',
		place: '/etc/NetworkManager/system-connections/office.nmconnection',
		content: Buffer.from('[connection]\nid=office\n[wifi-security]\npsk=planted\n'),
		access: {mode: 0o600, uid: 0, gid: 0},
	},
	{
		service: 'systemd-networkd',
		place: '/etc/systemd/network/20-image.network',
		content: Buffer.from('of the image'),
		access: {mode: 0o644, uid: 0, gid: 0},
	},
	{
		service: 'systemd-networkd',
		place: '/etc/systemd/network/30-tunnel.netdev',
		content: Buffer.from('[WireGuard]\nPrivateKey=planted\n'),
		access: {mode: 0o640, uid: 0, gid: 998},
	},
	{
		service: 'systemd-networkd',
		place: '/etc/systemd/network/89-wired.network',
		content: undefined,
		access: {mode: 0o644, uid: 0, gid: 0},
	},
];
const copied = {network: {...noAnswers.network, copyLive: true}};

test('is that of the live system, for the service that the image has', () => {
	const ofManager = planned(copied, manager, live);
	assert.equal(ofManager, {
		items: [
			'network of the live system | /etc/NetworkManager/system-connections/office.nmconnection | secret',
		],
		entries: {
			'/etc/NetworkManager/system-connections/office.nmconnection':
				'600 0:0 [connection]\nid=office\n[wifi-security]\npsk=planted\n',
		},
		problems: [],
		hints: [],
	});
	const image = {...networkd, '/etc/systemd/network/20-image.network': 'of the image'};
	const ofNetworkd = planned(copied, image, live);
	assert.equal(ofNetworkd, {
		items: [
			'network of the live system | /etc/systemd/network/30-tunnel.netdev | secret',
			'network of the live system | /etc/systemd/network/89-wired.network',
		],
		entries: {
			'/etc/systemd/network/30-tunnel.netdev': '640 0:998 [WireGuard]\nPrivateKey=planted\n',
			'/etc/systemd/network/89-wired.network': '-> /dev/null',
		},
		problems: [],
		hints: [],
	});
});

test('is copied in a live system alone', () => {
	assert.equal(planned(copied, manager).problems, [
		'network.copy-live copies from a live system, and this is none',
	]);
	const kept = {network: {...noAnswers.network, copyLive: false}};
	assert.equal(planned(kept, manager, live).items, []);
});

for (const [changes, mistakes] of [
	[
		{match: {name: 'eth0\n[x]'}},
		['interface eth0\\u{a}[x]: "eth0\\n[x]" is no name of an interface'],
	],
	[{match: {mac: 'x'}}, ['interface x: "x" is no hardware address']],
	[
		{addresses: ['192.0.2.7', '192.0.2.7/33', '::1/129']},
		[
			'interface any: "192.0.2.7" is no address with its prefix',
			'interface any: "192.0.2.7/33" is no address with its prefix',
			'interface any: "::1/129" is no address with its prefix',
		],
	],
	[
		{dns: ['example.com'], searchDomains: ['a;b']},
		['interface any: "example.com" is no address', 'interface any: "a;b" is no domain'],
	],
	[
		{gateways: ['192.0.2.1']},
		['interface any: IPv4 takes one gateway at most, and an address beside it'],
	],
	[
		{mtu: 5, vlan: {id: 0, name: undefined}},
		[
			'interface any: 5 is no MTU',
			'interface any: 0 is no number of a VLAN',
			'interface any: a VLAN needs an interface, and any is none',
		],
	],
	[
		{bond: {members: [], mode: 'fast\nx'}},
		[
			'interface any: "fast\\nx" is no mode of a bond: balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb',
			'interface any: a bond without a name',
			'interface any: a bond without members',
		],
	],
	[
		{wifi: {ssid: 'x'.repeat(33), passphrase: undefined}},
		[`interface any: "${'x'.repeat(33)}" is no name of a wireless network`],
	],
] as const)
	test(`refuses ${JSON.stringify(changes)}`, () => {
		assert.equal(plan([changes], manager).problems, mistakes);
	});

test('refuses a passphrase that is none, and does not say it', () => {
	const short = {kind: 'inline', secret: new Secret('short\nx')} as const;
	assert.equal(plan([{wifi: {ssid: 'n', passphrase: short}}], manager).problems, [
		'the passphrase of the wireless network "n" cannot be one',
	]);
});

test.run();
