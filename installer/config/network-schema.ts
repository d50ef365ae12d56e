import type {InterfaceAnswers, NetworkAnswers} from '../answers/answers.ts';
import {bondModes} from '../answers/bond-modes.ts';
import type {ConfigNode, ConfigTable} from './document.ts';
import {choice, type Field, flag, type Reading, text, wholeNumber} from './field.ts';
import {list, wholeItem} from './list-field.ts';
import {secretSource} from './secret-fields.ts';
import {optional, or, required, sparse, table} from './table-field.ts';
import {address, cidr, hostname, interfaceName, macAddress} from './value-fields.ts';

const addresses = (expected: string) => list(address, expected, {identity: wholeItem});

const bond = table({
	members: required(
		list(interfaceName, 'a list of at least one interface', {least: 1, identity: wholeItem}),
	),
	mode: or<string>(choice(bondModes), 'active-backup'),
});

const networkInterface: Field<InterfaceAnswers> = table(
	{
		match: or(sparse(table({name: optional(interfaceName), mac: optional(macAddress)})), {}),
		dhcp: or(choice(['yes', 'no', 'ipv4', 'ipv6']), 'yes'),
		addresses: or(list(cidr, 'a list of addresses with their prefix', {identity: wholeItem}), []),
		gateways: or(addresses('a list of gateways'), [], 'gateway'),
		dns: or(addresses('a list of name servers'), []),
		searchDomains: or(list(hostname, 'a list of domains'), [], 'search'),
		mtu: optional(wholeNumber(68, 65_535, 'bytes')),
		vlan: optional(
			table({id: required(wholeNumber(1, 4094, 'a VLAN')), name: optional(interfaceName)}),
		),
		bond: optional(bond),
		wifi: optional(
			table({
				ssid: required(text('a name of 1 to 32 bytes', {check: isSsid})),
				passphrase: optional(secretSource),
			}),
		),
	},
	checkInterface,
);

function isSsid(value: string): boolean {
	const {length} = Buffer.from(value);
	return length >= 1 && length <= 32;
}

function checkInterface(
	{dhcp, addresses, bond, match}: InterfaceAnswers,
	node: ConfigTable,
	{mistakes}: Reading,
): void {
	const {at, name: key} = node;
	if (dhcp === 'no' && addresses.length === 0)
		mistakes.add(at, {key, found: 'without DHCP and addresses', expected: 'one of them'});
	if (bond !== undefined && match.name === undefined)
		mistakes.add(at, {key, found: 'a bond without a name', expected: 'match = {name = "…"}'});
}

export const network: Field<NetworkAnswers> = table(
	{
		interfaces: or(
			list(networkInterface, 'a list of interfaces', {identity: identityOf}),
			[],
			'interface',
		),
		copyLive: optional(flag),
	},
	checkGateways,
);

/**
 * A second one that matches everything, or the same, would be chance too. VLANs lie on one interface, and
 * wireless networks are joined by one, as many as there are.
 */
function identityOf(node: ConfigNode): string {
	const match = inside(node, 'match');
	const vlan = inside(inside(node, 'vlan'), 'id');
	const wifi = inside(inside(node, 'wifi'), 'ssid');
	const matched = match === undefined ? '{}' : wholeItem(match).toLowerCase();
	return [
		matched,
		...[vlan, wifi].map((part) => (part === undefined ? '' : wholeItem(part))),
	].join();
}

function inside(node: ConfigNode | undefined, key: string): ConfigNode | undefined {
	return node?.kind === 'table' ? node.entries.get(key)?.node : undefined;
}

/** Two ways out of one family: which one is taken would be chance. */
function checkGateways({interfaces}: NetworkAnswers, node: ConfigTable, {mistakes}: Reading): void {
	const families = interfaces.flatMap(({gateways}) =>
		gateways.map((gateway) => (gateway.includes(':') ? 'IPv6' : 'IPv4')),
	);
	const twice = families.find((family, index) => families.indexOf(family) !== index);
	if (twice === undefined) return;
	const found = `with several ${twice} gateways`;
	mistakes.add(node.at, {key: node.name, found, expected: 'one default route of a kind'});
}
