import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {InterfaceAnswers} from '../../../../installer/answers/answers.ts';
import {readInterfaces} from '../../../../installer/takeover/carry/interfaces-file.ts';

const test = suite('interfaces of ifupdown');

const plain: Omit<InterfaceAnswers, 'match'> = {
	dhcp: 'no',
	addresses: [],
	gateways: [],
	dns: [],
	searchDomains: [],
	mtu: undefined,
	vlan: undefined,
	bond: undefined,
	wifi: undefined,
};

test('with addresses alone are put into other words', () => {
	const {interfaces, left} = readInterfaces(`
# The loopback network interface
auto lo eth0
iface lo inet loopback

allow-hotplug eth1
iface eth0 inet static
	address 192.0.2.7
	netmask 255.255.255.0
	gateway 192.0.2.1
	dns-nameservers 192.0.2.53 2001:db8::53
	dns-search example.com \\
		example.org
	mtu 1400
iface eth0 inet6 static
	address 2001:db8::7/64
	gateway fe80::1
iface eth1 inet dhcp
iface eth1 inet6 auto
iface eth2 inet manual
`);
	assert.equal(left, []);
	assert.equal(interfaces, [
		{
			...plain,
			match: {name: 'eth0'},
			addresses: ['192.0.2.7/24', '2001:db8::7/64'],
			gateways: ['192.0.2.1', 'fe80::1'],
			dns: ['192.0.2.53', '2001:db8::53'],
			searchDomains: ['example.com', 'example.org'],
			mtu: 1400,
		},
		{...plain, match: {name: 'eth1'}, dhcp: 'yes'},
		{...plain, match: {name: 'eth2'}, onBoot: false},
	]);
});

const stanza = (...lines: string[]) => ['auto eth0', ...lines].join('\n');

const leftCases: readonly (readonly [text: string, reason: string])[] = [
	[
		stanza('iface br0 inet dhcp', 'bridge_ports eth0'),
		'br0 of /etc/network/interfaces: bridge_ports has no counterpart',
	],
	[
		stanza('iface eth0 inet dhcp', 'post-up ip route add …'),
		'eth0 of /etc/network/interfaces: post-up has no counterpart',
	],
	[
		stanza('iface eth0.5 inet dhcp'),
		'eth0.5 of /etc/network/interfaces: it lies on another interface',
	],
	[stanza('iface eth0 inet ppp'), 'eth0 of /etc/network/interfaces: its method is ppp'],
	[stanza('iface eth0 can static'), 'eth0 of /etc/network/interfaces: its family is can'],
	[
		stanza('iface eth0 inet static', 'address 192.0.2'),
		'eth0 of /etc/network/interfaces: its address is none',
	],
	[
		stanza('iface eth0 inet static', 'address 192.0.2.7', 'netmask 255.0.255.0'),
		'eth0 of /etc/network/interfaces: its address is none',
	],
	[stanza('iface eth0'), 'eth0 of /etc/network/interfaces: its family is not said'],
];

test('that are more than that are left, each with the reason', () => {
	for (const [text, reason] of leftCases)
		assert.equal(readInterfaces(text), {interfaces: [], left: [reason]});
});

test('may have words that nobody knows, and may be no text at all', () => {
	for (const text of [
		'',
		'\0\0',
		'iface',
		'source /etc/network/interfaces.d/*\n',
		'address 1.2.3.4',
	])
		assert.equal(readInterfaces(text).interfaces, [], text);
});

test.run();
