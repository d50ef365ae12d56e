import type {InterfaceAnswers, SecretSource} from '../../answers/answers.ts';

/** An interface of the machine, as both network services are told of it. */
export interface Link {
	/** Names its files. */
	readonly id: string;
	readonly match: InterfaceAnswers['match'];
	readonly kind: LinkKind;
	/** Undefined for one that only carries others. */
	readonly addresses: Addressing | undefined;
	readonly mtu: number | undefined;
	/** Names of the VLANs on top of it. */
	readonly vlans: readonly string[];
}

export type LinkKind =
	| {readonly kind: 'ethernet'}
	| {readonly kind: 'bond'; readonly name: string; readonly mode: string}
	| {readonly kind: 'member'; readonly bond: string}
	| {
			readonly kind: 'vlan';
			readonly name: string;
			readonly vlanId: number;
			readonly parent: InterfaceAnswers['match'];
	  }
	| {
			readonly kind: 'wifi';
			readonly ssid: string;
			readonly passphrase: SecretSource | undefined;
	  };

export type Addressing = Pick<
	InterfaceAnswers,
	'dhcp' | 'addresses' | 'gateways' | 'dns' | 'searchDomains'
>;

/**
 * Takes apart what was said of an interface: a bond has members, a VLAN lies on another, which may have
 * been said too.
 */
export function planLinks(interfaces: readonly InterfaceAnswers[]): Link[] {
	const links = new Map<string, Link>();
	for (const answers of interfaces) {
		for (const link of linksOf(answers)) {
			const id = idBeside(links, link);
			const known = links.get(id);
			links.set(id, known === undefined ? {...link, id} : merge(known, link));
		}
	}
	return [...links.values()];
}

/** Another one for each wireless network that the same interface may join. */
function idBeside(links: ReadonlyMap<string, Link>, {id, kind}: Link): string {
	const isOther = (known: Link | undefined) =>
		known?.kind.kind === 'wifi' && kind.kind === 'wifi' && known.kind.ssid !== kind.ssid;
	let free = id;
	for (let number = 2; isOther(links.get(free)); number++) free = `${id}-${number}`;
	return free;
}

/** An interface with addresses, and what carries its VLANs, are one. */
function merge(one: Link, other: Link): Link {
	return {
		...one,
		kind: one.kind.kind === 'ethernet' ? other.kind : one.kind,
		addresses: one.addresses ?? other.addresses,
		mtu: one.mtu ?? other.mtu,
		vlans: [...one.vlans, ...other.vlans],
	};
}

function linksOf(answers: InterfaceAnswers): Link[] {
	const {match, bond, vlan, wifi, mtu} = answers;
	const vlanName = vlan && (vlan.name ?? `${match.name ?? 'vlan'}.${vlan.id}`);
	const base: Link = {
		id: idOf(match, wifi?.ssid),
		match,
		kind: baseKind(answers),
		addresses: vlan === undefined ? answers : undefined,
		mtu,
		vlans: vlanName === undefined ? [] : [vlanName],
	};
	const members = (bond?.members ?? []).map(
		(name): Link => ({
			id: name,
			match: {name},
			kind: {kind: 'member', bond: match.name ?? ''},
			addresses: undefined,
			mtu: undefined,
			vlans: [],
		}),
	);
	if (vlan === undefined || vlanName === undefined) return [base, ...members];
	const top: Link = {
		id: vlanName,
		match: {name: vlanName},
		kind: {kind: 'vlan', name: vlanName, vlanId: vlan.id, parent: match},
		addresses: answers,
		mtu,
		vlans: [],
	};
	return [base, ...members, top];
}

function baseKind({bond, wifi, match}: InterfaceAnswers): LinkKind {
	if (bond !== undefined) return {kind: 'bond', name: match.name ?? '', mode: bond.mode};
	if (wifi === undefined) return {kind: 'ethernet'};
	return {kind: 'wifi', ...wifi};
}

function idOf({name, mac}: InterfaceAnswers['match'], ssid: string | undefined): string {
	const id =
		name ?? mac?.toLowerCase().replaceAll(':', '-') ?? (ssid === undefined ? 'any' : 'wifi');
	return id.replace(/[^A-Za-z0-9._-]/g, '_');
}
