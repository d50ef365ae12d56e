import {
	type Answers,
	type InterfaceAnswers,
	noAnswers,
} from '../../../installer/answers/answers.ts';
import type {TakenPart} from './taken-part.ts';

/** One of the ways that the questions know; others are left as a whole. */
export function foundNetwork({network: {interfaces, copyLive}}: Answers): TakenPart {
	const rest = {network: noAnswers.network};
	const [first, ...others] = interfaces;
	if (first === undefined) return {draft: copyLive === true ? {network: 'live'} : {}, rest};
	if (copyLive === true || others.length > 0 || !isPlain(first)) return {draft: {}, rest: {}};
	const {match, dhcp, addresses, gateways, dns} = first;
	const isGiven = addresses.length + gateways.length + dns.length > 0;
	if (dhcp === 'yes' && match.name === undefined && !isGiven)
		return {draft: {network: 'dhcp'}, rest};
	if (dhcp !== 'no') return {draft: {}, rest: {}};
	return {
		draft: {
			network: 'static',
			interface: match.name ?? '',
			address: addresses.join(' '),
			gateway: gateways.join(' '),
			dns: dns.join(' '),
		},
		rest,
	};
}

/** Nothing is said of it that is not asked. */
function isPlain(face: InterfaceAnswers): boolean {
	const {match, mtu, vlan, bond, bridge, wifi, ignoreAutoDns, ignoreDefaultRoute} = face;
	const special = mtu ?? vlan ?? bond ?? bridge ?? wifi ?? ignoreAutoDns ?? ignoreDefaultRoute;
	return (
		special === undefined &&
		(match.mac ?? match.found) === undefined &&
		face.searchDomains.length === 0 &&
		face.onBoot !== false
	);
}
