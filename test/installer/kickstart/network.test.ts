import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {InterfaceAnswers} from '../../../installer/answers/answers.ts';
import {read, said} from './reading.ts';

const test = suite('network of a kickstart');

test('has the interfaces that the lines say', () => {
	const lines: readonly [options: string, expected: Partial<InterfaceAnswers>][] = [
		['--bootproto=dhcp', {match: {}, dhcp: 'yes'}],
		['--device=eth0 --noipv6', {match: {name: 'eth0'}, dhcp: 'ipv4'}],
		['--device=eth0 --noipv4 --ipv6=auto', {dhcp: 'ipv6'}],
		['--device=AA:BB:CC:DD:EE:0F', {match: {mac: 'aa:bb:cc:dd:ee:0f'}}],
		['--device=link', {match: {found: 'linked'}}],
		[
			'--ip=192.0.2.7 --netmask=255.255.255.128 --gateway=192.0.2.1 --noipv6',
			{dhcp: 'no', addresses: ['192.0.2.7/25'], gateways: ['192.0.2.1']},
		],
		['--bootproto=static --ipv6=2001:db8::7', {dhcp: 'no', addresses: ['2001:db8::7/64']}],
		['--device=eth0 --vlanid=7 --interfacename=office', {vlan: {id: 7, name: 'office'}}],
		[
			'--device=b0 --bondslaves=a,b --bondopts=mode=1,miimon=100',
			{bond: {members: ['a', 'b'], mode: 'active-backup', options: {miimon: '100'}}},
		],
		['--device=b0 --bondslaves=a', {bond: {members: ['a'], mode: 'balance-rr'}}],
		[
			'--device=br0 --bridgeslaves=a,b --bridgeopts=stp=no,priority=1',
			{bridge: {members: ['a', 'b'], options: {stp: 'no', priority: '1'}}},
		],
		['--onboot=no --nodns', {onBoot: false, ignoreAutoDns: true}],
	];
	for (const [options, expected] of lines) {
		const {answers, mistakes} = read(`network ${options}`);
		assert.equal(mistakes, [], options);
		const [found] = answers.network.interfaces;
		for (const [key, value] of Object.entries(expected))
			assert.equal(found?.[key as keyof InterfaceAnswers], value, `${options}: ${key}`);
	}
});

test('keeps a passphrase of Wi-Fi a secret', () => {
	const {answers, warnings} = read('network --device=wlan0 --essid="My net" --wpakey=hunter22');
	const wifi = answers.network.interfaces[0]?.wifi;
	assert.is(wifi?.ssid, 'My net');
	assert.is(wifi?.passphrase?.kind === 'inline' && wifi.passphrase.secret.reveal(), 'hunter22');
	assert.is(warnings[0]?.key, 'network --wpakey');
});

test('is no interface where a line is about the name alone', () => {
	const {answers} = read('network --hostname=one\nnetwork --hostname=db1.example.com');
	assert.equal(answers.network.interfaces, []);
	assert.is(answers.system.hostname, 'db1.example.com');
});

test('is refused where nobody would reach the machine', () => {
	const lines: readonly [options: string, mistake: string][] = [
		['--bootproto=static', '1:1: network is static without --ip and --netmask, expected both'],
		[
			'--bootproto=static --ip=192.0.2.7',
			'1:1: network is static without --ip and --netmask, expected both',
		],
		[
			'--bootproto=dhcp --ip=192.0.2.7',
			'1:26: network is an address beside --bootproto=dhcp, expected --bootproto=static',
		],
		['--bootproto=query', '1:9: network --bootproto is "query", expected dhcp, static'],
		[
			'--bootproto=dchp',
			'1:9: network --bootproto is "dchp", expected dhcp, bootp, static, query, ibft; did you mean dhcp?',
		],
		[
			'--ip=192.0.2.300 --netmask=255.255.255.0',
			'1:9: network --ip is "192.0.2.300", expected an address such as 192.0.2.7',
		],
		[
			'--ip=192.0.2.7 --netmask=255.0.255.0',
			'1:24: network --netmask is "255.0.255.0", expected a mask such as 255.255.255.0',
		],
		[
			'--ipv6=2001:db8::7/200',
			'1:9: network --ipv6 is "2001:db8::7/200", expected auto, dhcp, or an address such as 2001:db8::7/64',
		],
		[
			'--nameserver=dns.example.com',
			'1:9: network --nameserver is "dns.example.com", expected an IP address',
		],
		['--noipv4 --noipv6', '1:1: network is without IPv4 and IPv6, expected one of them'],
		[
			'--device=ibft',
			'1:9: network --device is "ibft", expected a name such as eth0, a MAC address, link or bootif',
		],
		['--device=eth0 --mtu=9', '1:23: network --mtu is 9, expected 68 to 65535 bytes'],
		['--device=eth0 --vlanid=4095', '1:23: network --vlanid is 4095, expected 1 to 4094'],
		[
			'--hostname=-x',
			'1:9: network --hostname is "-x", expected a host name of letters, digits, dashes and dots',
		],
		['--bondslaves=a', '1:1: network is a bond or bridge without a name, expected --device=…'],
		[
			'--device=b --bondslaves=a --bondopts=mode=9',
			'1:35: network --bondopts is mode "9", expected balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb',
		],
		[
			'--device=t --teamslaves=a',
			'1:20: network --teamslaves is not possible here, expected --bondslaves=…',
		],
		['--wepkey=hunter2', '1:9: network --wepkey is not possible here, expected --wpakey=…'],
		['--onboot=maybe', '1:9: network --onboot is "maybe", expected yes or no'],
		[
			'--device=a\nnetwork --device=a',
			'2:1: network --device is an interface that a line before has, expected each one once',
		],
	];
	for (const [options, mistake] of lines)
		assert.equal(said(read(`network ${options}`)), [`a.ks:${mistake}`], options);
});

test.run();
