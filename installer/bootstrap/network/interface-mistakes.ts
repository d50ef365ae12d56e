import {isIP} from 'node:net';
import type {InterfaceAnswers} from '../../answers/answers.ts';
import {bondModes} from '../../answers/bond-modes.ts';
import {type FamilyAddressing, ofFamily} from './addressing.ts';

const interfaceName = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,15}$/;
/** What keeps an interface from being set up: each would also break the lines of a file. */
export function interfaceMistakes(answers: InterfaceAnswers): string[] {
	const {match, addresses, gateways, dns, searchDomains, mtu, vlan, bond, wifi} = answers;
	const {name, mac} = match;
	const mistakes: string[] = [];
	const check = (isRight: boolean, value: unknown, expected: string) => {
		if (!isRight) mistakes.push(`${JSON.stringify(value)} is no ${expected}`);
	};
	const checkName = (value: string) =>
		check(interfaceName.test(value), value, 'name of an interface');
	for (const value of [name, vlan?.name, ...(bond?.members ?? [])])
		if (value !== undefined) checkName(value);
	if (mac !== undefined)
		check(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac), mac, 'hardware address');
	for (const address of addresses) check(isNetwork(address), address, 'address with its prefix');
	for (const address of [...gateways, ...dns]) check(isIP(address) !== 0, address, 'address');
	for (const family of [4, 6] as const)
		if (!hasWayOut(ofFamily(answers, family)))
			mistakes.push(`IPv${family} takes one gateway at most, and an address beside it`);
	for (const domain of searchDomains) check(/^[A-Za-z0-9_.-]+$/.test(domain), domain, 'domain');
	if (mtu !== undefined) check(isWithin(mtu, 68, 65_535), mtu, 'MTU');
	if (vlan !== undefined) check(isWithin(vlan.id, 1, 4094), vlan.id, 'number of a VLAN');
	if (vlan?.name === undefined && vlan !== undefined && name !== undefined)
		checkName(`${name}.${vlan.id}`);
	if (vlan !== undefined && name === undefined && mac === undefined)
		mistakes.push('a VLAN needs an interface, and any is none');
	if (bond !== undefined) {
		check(bondModes.includes(bond.mode), bond.mode, `mode of a bond: ${bondModes.join(', ')}`);
		if (name === undefined) mistakes.push('a bond without a name');
		if (bond.members.length === 0) mistakes.push('a bond without members');
		if (wifi !== undefined) mistakes.push('a bond that is a wireless network');
	}
	if (wifi !== undefined)
		check(isWithin(Buffer.byteLength(wifi.ssid), 1, 32), wifi.ssid, 'name of a wireless network');
	return mistakes;
}

function hasWayOut({gateways, addresses}: FamilyAddressing): boolean {
	return gateways.length === 0 || (gateways.length === 1 && addresses.length > 0);
}

function isWithin(value: number, least: number, most: number): boolean {
	return Number.isInteger(value) && value >= least && value <= most;
}

function isNetwork(text: string): boolean {
	const [, address = '', prefix = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
	return isIP(address) !== 0 && Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}
