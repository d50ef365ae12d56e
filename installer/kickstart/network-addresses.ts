import {isIPv4, isIPv6} from 'node:net';
import type {InterfaceAnswers} from '../answers/answers.ts';
import {address, hostname} from '../config/value-fields.ts';
import {checkedItems} from './checked.ts';
import type {LineOf} from './honoured-commands.ts';
import type {Given} from './options.ts';
import type {Report} from './report.ts';

type NetworkLine = LineOf<'network'>;
type Addresses = Pick<
	InterfaceAnswers,
	| 'dhcp'
	| 'addresses'
	| 'gateways'
	| 'dns'
	| 'searchDomains'
	| 'ignoreAutoDns'
	| 'ignoreDefaultRoute'
>;

/** pykickstart leaves it at words; an installation that nobody reaches is found out too late. */
export function addressesOf(line: NetworkLine, report: Report): Addresses {
	const {options} = line;
	const ipv4 = ipv4Of(line, report);
	const ipv6 = ipv6Of(line, report);
	const autoDns =
		options['ipv4-ignore-auto-dns'] ?? options['ipv6-ignore-auto-dns'] ?? options.nodns;
	if (!ipv4.isOn && !ipv6.isOn) {
		const found = 'without IPv4 and IPv6';
		report.mistake(line.at, {key: line.name, found, expected: 'one of them'});
	}
	return {
		dhcp: dhcpOf(ipv4.isDynamic, ipv6.isDynamic),
		addresses: [...ipv4.addresses, ...ipv6.addresses],
		gateways: [...ipv4.gateways, ...ipv6.gateways],
		dns: checkedItems(address, options.nameserver, 'network --nameserver', report),
		searchDomains: [
			...checkedItems(hostname, options['ipv4-dns-search'], 'network --ipv4-dns-search', report),
			...checkedItems(hostname, options['ipv6-dns-search'], 'network --ipv6-dns-search', report),
		],
		...(autoDns === undefined ? {} : {ignoreAutoDns: true}),
		...(options.nodefroute === undefined ? {} : {ignoreDefaultRoute: true}),
	};
}

interface Family {
	readonly isOn: boolean;
	readonly isDynamic: boolean;
	readonly addresses: readonly string[];
	readonly gateways: readonly string[];
}

const off: Family = {isOn: false, isDynamic: false, addresses: [], gateways: []};

function ipv4Of({name, at, options}: NetworkLine, report: Report): Family {
	const {noipv4, bootproto, ip, netmask, gateway} = options;
	const given = ip ?? netmask ?? gateway;
	const kind = bootproto?.value ?? (ip === undefined ? 'dhcp' : 'static');
	if (noipv4 !== undefined) {
		if (given !== undefined)
			report.mistake(given.at, {key: name, found: 'IPv4 beside --noipv4', expected: 'one of them'});
		return off;
	}
	if (kind !== 'static' && kind !== 'dhcp' && bootproto !== undefined) {
		const found = JSON.stringify(kind);
		report.mistake(bootproto.at, {key: `${name} --bootproto`, found, expected: 'dhcp, static'});
		return {...off, isOn: true};
	}
	if (kind === 'dhcp') {
		if (given !== undefined) {
			const found = 'an address beside --bootproto=dhcp';
			report.mistake(given.at, {key: name, found, expected: '--bootproto=static'});
		}
		return {...off, isOn: true, isDynamic: true};
	}
	if (ip === undefined || netmask === undefined) {
		// With IPv6 alone, static means no DHCP.
		if (ip === undefined && netmask === undefined && options.ipv6 !== undefined) return off;
		const found = 'static without --ip and --netmask';
		report.mistake(at, {key: name, found, expected: 'both'});
		return {...off, isOn: true};
	}
	const prefix = prefixOf(netmask.value);
	if (prefix === undefined) fault(netmask, 'netmask', 'a mask such as 255.255.255.0', report);
	if (!isIPv4(ip.value)) fault(ip, 'ip', 'an address such as 192.0.2.7', report);
	const gateways = checkedGateway(
		gateway,
		'gateway',
		isIPv4,
		'an address such as 192.0.2.1',
		report,
	);
	return {isOn: true, isDynamic: false, addresses: [`${ip.value}/${prefix}`], gateways};
}

function ipv6Of({name, options}: NetworkLine, report: Report): Family {
	const {noipv6, ipv6, ipv6gateway} = options;
	const expected = 'an address such as 2001:db8::1';
	const gateways = checkedGateway(ipv6gateway, 'ipv6gateway', isIPv6, expected, report);
	if (noipv6 !== undefined) {
		const given = ipv6 ?? ipv6gateway;
		if (given !== undefined)
			report.mistake(given.at, {key: name, found: 'IPv6 beside --noipv6', expected: 'one of them'});
		return off;
	}
	if (ipv6 === undefined || ipv6.value === 'auto' || ipv6.value === 'dhcp')
		return {isOn: true, isDynamic: true, addresses: [], gateways};
	const [address = '', prefix = '64', ...rest] = ipv6.value.split('/');
	const isPrefix = /^\d{1,3}$/.test(prefix) && Number(prefix) <= 128;
	if (!isIPv6(address) || !isPrefix || rest.length > 0)
		fault(ipv6, 'ipv6', 'auto, dhcp, or an address such as 2001:db8::7/64', report);
	return {isOn: true, isDynamic: false, addresses: [`${address}/${prefix}`], gateways};
}

function dhcpOf(ipv4: boolean, ipv6: boolean): Addresses['dhcp'] {
	if (ipv4 && ipv6) return 'yes';
	if (ipv4) return 'ipv4';
	return ipv6 ? 'ipv6' : 'no';
}

/** 24 of `255.255.255.0`; undefined when its bits do not come first. */
function prefixOf(netmask: string): number | undefined {
	if (!isIPv4(netmask)) return undefined;
	const bits = netmask
		.split('.')
		.map((part) => Number(part).toString(2).padStart(8, '0'))
		.join('');
	return /^1+0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

function checkedGateway(
	given: Given<string> | undefined,
	option: string,
	isGood: (text: string) => boolean,
	expected: string,
	report: Report,
): readonly string[] {
	if (given === undefined) return [];
	if (!isGood(given.value)) fault(given, option, expected, report);
	return [given.value];
}

function fault(given: Given<string>, option: string, expected: string, report: Report): void {
	const found = JSON.stringify(given.value.slice(0, 64));
	report.mistake(given.at, {key: `network --${option}`, found, expected});
}
