/**
 * Interfaces as ifupdown has them, where addresses are all there is to say: what runs commands, bundles
 * or bridges is not understood, and left.
 * @see interfaces(5)
 */
import {isIP, isIPv4} from 'node:net';
import type {InterfaceAnswers} from '../../answers/answers.ts';

export interface InterfacesReading {
	readonly interfaces: readonly InterfaceAnswers[];
	/** What cannot be said in another way, each with the reason. */
	readonly left: readonly string[];
}

/** One `iface` with what stands below it. */
interface Stanza {
	readonly name: string;
	readonly family: string;
	readonly method: string;
	readonly options: readonly (readonly [key: string, value: string])[];
}

export function readInterfaces(text: string): InterfacesReading {
	const {stanzas, started, others} = parseStanzas(text);
	const interfaces: InterfaceAnswers[] = [];
	const left = others.map((key) => `${key} in /etc/network/interfaces has no counterpart`);
	for (const name of new Set(stanzas.map((stanza) => stanza.name))) {
		if (name === 'lo') continue;
		const own = stanzas.filter((stanza) => stanza.name === name);
		const reason = own.map(whyNot).find((found) => found !== undefined);
		if (reason === undefined) interfaces.push(interfaceOf(name, own, started.has(name)));
		else left.push(`${name} of /etc/network/interfaces: ${reason}`);
	}
	return {interfaces, left};
}

interface ParsedStanzas {
	readonly stanzas: readonly Stanza[];
	/** Names of interfaces. */
	readonly started: ReadonlySet<string>;
	/** Other stanzas, by their first words. */
	readonly others: readonly string[];
}

function parseStanzas(text: string): ParsedStanzas {
	const stanzas: (Stanza & {options: [string, string][]})[] = [];
	const started = new Set<string>();
	const others: string[] = [];
	let current: (typeof stanzas)[number] | undefined;
	for (const line of joinedLines(text)) {
		const [key = '', ...words] = line.split(/\s+/);
		if (key === 'iface') {
			const [name = '', family = '', method = ''] = words;
			current = {name, family, method, options: []};
			stanzas.push(current);
		} else if (key === 'auto' || key === 'allow-hotplug' || key === 'allow-auto') {
			for (const word of words) started.add(word);
			current = undefined;
		} else if (isOther(key)) {
			if (/^(mapping|template|rename)$/.test(key)) others.push(key);
			current = undefined;
		} else current?.options.push([key, words.join(' ')]);
	}
	return {stanzas, started, others};
}

const isOther = (key: string): boolean =>
	/^(mapping|source|source-directory|no-auto-down|no-scripts|template|rename|allow-.*)$/.test(key);

/** Without comments, and with lines together that a backslash parts. */
export function joinedLines(text: string): string[] {
	return text
		.replace(/\\\n/g, ' ')
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '' && !line.startsWith('#'));
}

const knownOptions = new Set([
	'address',
	'netmask',
	'network',
	'broadcast',
	'gateway',
	'dns-nameservers',
	'dns-nameserver',
	'dns-search',
	'dns-domain',
	'mtu',
	'accept_ra',
	'autoconf',
	'privext',
]);

function whyNot({name, family, method, options}: Stanza): string | undefined {
	if (name.includes(':') || name.includes('.')) return 'it lies on another interface';
	if (!['inet', 'inet6'].includes(family)) return `its family is ${family || 'not said'}`;
	if (!['dhcp', 'static', 'auto', 'manual'].includes(method))
		return `its method is ${method || 'not said'}`;
	const unknown = options.find(([key]) => !knownOptions.has(key))?.[0];
	if (unknown !== undefined) return `${unknown} has no counterpart`;
	if (method !== 'static') return undefined;
	const address = addressOf(options, family);
	return address === undefined ? 'its address is none' : undefined;
}

function interfaceOf(name: string, stanzas: readonly Stanza[], onBoot: boolean): InterfaceAnswers {
	const has = (family: string, methods: readonly string[]) =>
		stanzas.some((one) => one.family === family && methods.includes(one.method));
	const automatic4 = has('inet', ['dhcp']);
	const automatic6 = has('inet6', ['dhcp', 'auto']);
	const words = (key: string) =>
		stanzas.flatMap(({options}) =>
			options.filter(([own]) => own === key).flatMap(([, value]) => value.split(/\s+/)),
		);
	const mtu = Number(words('mtu')[0]);
	return {
		match: {name},
		...(!onBoot && {onBoot: false}),
		dhcp: automatic4 ? (automatic6 ? 'yes' : 'ipv4') : automatic6 ? 'ipv6' : 'no',
		addresses: stanzas.flatMap(({method, family, options}) =>
			method === 'static' ? (addressOf(options, family) ?? []) : [],
		),
		gateways: words('gateway').filter((gateway) => isIP(gateway) !== 0),
		dns: [...words('dns-nameservers'), ...words('dns-nameserver')],
		searchDomains: [...new Set([...words('dns-search'), ...words('dns-domain')])],
		mtu: Number.isInteger(mtu) && mtu > 0 ? mtu : undefined,
		vlan: undefined,
		bond: undefined,
		wifi: undefined,
	};
}

/** `192.0.2.7/24`, from an address with its length or a netmask beside it. */
function addressOf(options: Stanza['options'], family: string): string | undefined {
	const value = (key: string) => options.find(([own]) => own === key)?.[1] ?? '';
	const [address = '', length] = value('address').split('/');
	if (isIP(address) === 0 || isIPv4(address) !== (family === 'inet')) return undefined;
	const bits = length ?? lengthOf(value('netmask'));
	return bits !== undefined && /^\d{1,3}$/.test(bits) ? `${address}/${bits}` : undefined;
}

function lengthOf(netmask: string): string | undefined {
	if (!isIPv4(netmask)) return netmask === '' ? undefined : netmask;
	const bits = netmask
		.split('.')
		.map((byte) => Number(byte).toString(2).padStart(8, '0'))
		.join('');
	return /^1*0*$/.test(bits) ? String(bits.lastIndexOf('1') + 1) : undefined;
}
