import {type FamilyAddressing, ofFamily} from './addressing.ts';
import {formatSections, type Section} from './ini.ts';
import type {Link} from './link.ts';

/**
 * A connection of NetworkManager.
 * @param passphrase of a wireless network; undefined for an open one
 * @see nm-settings-keyfile(5)
 */
export function formatKeyfile(link: Link, passphrase: string | undefined): string {
	return formatSections([
		connection(link),
		...ofKind(link, passphrase),
		...(link.kind.kind === 'member' ? [] : addressing(link)),
	]);
}

function connection({id, kind, match}: Link): Section {
	const types = {
		ethernet: 'ethernet',
		member: 'ethernet',
		bond: 'bond',
		vlan: 'vlan',
		wifi: 'wifi',
	};
	return {
		name: 'connection',
		entries: [
			['id', id],
			['type', types[kind.kind]],
			['interface-name', match.name],
			...(kind.kind === 'member'
				? ([
						['master', kind.bond],
						['slave-type', 'bond'],
					] as const)
				: []),
		],
	};
}

function ofKind({kind, match, mtu}: Link, passphrase: string | undefined): Section[] {
	const device = [
		['mac-address', match.mac],
		['mtu', mtu],
	] as const;
	switch (kind.kind) {
		case 'ethernet':
		case 'member':
			return [{name: 'ethernet', entries: device}];
		case 'bond':
			return [
				{name: 'ethernet', entries: [['mtu', mtu]]},
				{
					name: 'bond',
					entries: [
						['mode', kind.mode],
						['miimon', 100],
					],
				},
			];
		case 'vlan':
			// Without a parent it is the interface with this hardware address.
			return [
				{
					name: 'ethernet',
					entries: [
						['mac-address', kind.parent.mac],
						['mtu', mtu],
					],
				},
				{
					name: 'vlan',
					entries: [
						['id', kind.vlanId],
						['parent', kind.parent.name],
					],
				},
			];
		case 'wifi':
			return [
				{
					name: 'wifi',
					entries: [['mode', 'infrastructure'], ['ssid', ssidValue(kind.ssid)], ...device],
				},
				...(passphrase === undefined
					? []
					: [
							{
								name: 'wifi-security',
								entries: [
									['key-mgmt', 'wpa-psk'],
									['psk', escaped(passphrase)],
								] as const,
							},
						]),
			];
	}
}

function addressing({addresses}: Link): Section[] {
	const off = [['method', 'disabled']] as const;
	if (addresses === undefined)
		return [
			{name: 'ipv4', entries: off},
			{name: 'ipv6', entries: off},
		];
	const search = addresses.searchDomains;
	const family = (version: 4 | 6, without: string): Section => {
		const own = ofFamily(addresses, version);
		return {name: `ipv${version}`, entries: familyEntries(own, search, without)};
	};
	return [family(4, 'disabled'), family(6, 'link-local')];
}

function familyEntries(
	{isAutomatic, addresses, gateways, dns}: FamilyAddressing,
	search: readonly string[],
	without: string,
): Section['entries'] {
	const method = isAutomatic ? 'auto' : addresses.length > 0 ? 'manual' : without;
	const list = (values: readonly string[]) =>
		values.length === 0 || method === 'disabled' ? undefined : `${values.join(';')};`;
	return [
		['method', method],
		...addresses.map((address, index) => [`address${index + 1}`, address] as const),
		['gateway', gateways[0]],
		['dns', list(dns)],
		['dns-search', list(search)],
	];
}

/** As text where that reads as it is written, else as the numbers of its bytes. */
function ssidValue(ssid: string): string {
	return /^[A-Za-z0-9_.-]([A-Za-z0-9_. -]*[A-Za-z0-9_.-])?$/.test(ssid)
		? ssid
		: `${[...Buffer.from(ssid)].join(';')};`;
}

/** A value of GKeyFile: blanks at its beginning and backslashes stand for something else. */
function escaped(value: string): string {
	return value.replaceAll('\\', '\\\\').replace(/^ +/, (blanks) => '\\s'.repeat(blanks.length));
}
