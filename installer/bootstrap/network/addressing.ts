import {isIPv4} from 'node:net';
import type {Addressing} from './link.ts';

/** The part of one family, 4 or 6. */
export interface FamilyAddressing {
	readonly isAutomatic: boolean;
	readonly addresses: readonly string[];
	readonly gateways: readonly string[];
	readonly dns: readonly string[];
}

export function ofFamily(
	{dhcp, addresses, gateways, dns}: Addressing,
	family: 4 | 6,
): FamilyAddressing {
	const isOf = (text: string) => isIPv4(text.split('/')[0] ?? '') === (family === 4);
	return {
		isAutomatic: dhcp === 'yes' || dhcp === `ipv${family}`,
		addresses: addresses.filter(isOf),
		gateways: gateways.filter(isOf),
		dns: dns.filter(isOf),
	};
}
