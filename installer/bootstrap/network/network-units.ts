import {ofFamily} from './addressing.ts';
import {formatSections, type Section} from './ini.ts';
import type {Link} from './link.ts';

export interface NetworkUnit {
	readonly name: string;
	readonly text: string;
}

/**
 * Files of systemd-networkd for an interface.
 * @see systemd.network(5), systemd.netdev(5)
 */
export function formatNetworkUnits(link: Link): NetworkUnit[] {
	const device = deviceOf(link);
	// The first file that matches is the only one: before those of an image, such as 20-wired.network.
	const base = `05-slipway-${link.id}`;
	return [
		...(device === undefined ? [] : [{name: `${base}.netdev`, text: formatSections(device)}]),
		{name: `${base}.network`, text: formatSections(networkOf(link))},
	];
}

/** Of an interface that is no hardware. */
function deviceOf({kind, mtu}: Link): Section[] | undefined {
	switch (kind.kind) {
		case 'ethernet':
		case 'member':
		case 'wifi':
			return undefined;
		case 'bond':
			return [
				{
					name: 'NetDev',
					entries: [
						['Name', kind.name],
						['Kind', 'bond'],
						['MTUBytes', mtu],
					],
				},
				{
					name: 'Bond',
					entries: [
						['Mode', kind.mode],
						['MIIMonitorSec', '100ms'],
					],
				},
			];
		case 'vlan':
			return [
				{
					name: 'NetDev',
					entries: [
						['Name', kind.name],
						['Kind', 'vlan'],
						['MTUBytes', mtu],
					],
				},
				{name: 'VLAN', entries: [['Id', kind.vlanId]]},
			];
	}
}

function networkOf(link: Link): Section[] {
	const isHardware = deviceOf(link) === undefined;
	const {kind, mtu, vlans, addresses} = link;
	return [
		{name: 'Match', entries: matchOf(link)},
		{name: 'Link', entries: [['MTUBytes', isHardware ? mtu : undefined]]},
		{
			name: 'Network',
			entries: [
				...(kind.kind === 'member' ? ([['Bond', kind.bond]] as const) : addressing(addresses)),
				...vlans.map((name) => ['VLAN', name] as const),
			],
		},
	];
}

function matchOf({match: {name, mac}, kind}: Link): Section['entries'] {
	const isAny = name === undefined && mac === undefined;
	const isWifi = kind.kind === 'wifi';
	return [
		['Name', name],
		// A VLAN has the same address as what it lies on.
		['PermanentMACAddress', mac],
		['Type', isAny ? (isWifi ? 'wlan' : 'ether') : undefined],
		['Kind', isAny ? '!*' : undefined],
	];
}

function addressing(addresses: Link['addresses']): Section['entries'] {
	if (addresses === undefined)
		return [
			['DHCP', 'no'],
			['LinkLocalAddressing', 'no'],
			['IPv6AcceptRA', 'no'],
		];
	const {dhcp, gateways, dns, searchDomains} = addresses;
	return [
		['DHCP', dhcp],
		['IPv6AcceptRA', ofFamily(addresses, 6).isAutomatic ? undefined : 'no'],
		...addresses.addresses.map((address) => ['Address', address] as const),
		...gateways.map((gateway) => ['Gateway', gateway] as const),
		...dns.map((server) => ['DNS', server] as const),
		['Domains', searchDomains.length === 0 ? undefined : searchDomains.join(' ')],
	];
}
