import type {ProxyEnv} from 'node:http';

/**
 * The variables that name proxies, made such that Node's agents read them as Go's programs do: a name
 * in `NO_PROXY` stands for its sub-domains too, networks may be written with their prefix length, and
 * this machine itself is never reached through a proxy.
 */
export function proxyVariables(
	environment: Readonly<Record<string, string | undefined>>,
): ProxyEnv {
	const either = (name: string) => environment[name.toLowerCase()] || environment[name] || '';
	const exceptions = either('NO_PROXY')
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '')
		.map(asNodeReads);
	return {
		https_proxy: withScheme(either('HTTPS_PROXY')),
		http_proxy: withScheme(either('HTTP_PROXY')),
		no_proxy: [...exceptions, '.localhost', '127.0.0.0-127.255.255.255', '::1'].join(','),
	};
}

/** `proxy.example.com:3128` is common, and Node would take no proxy then. */
function withScheme(proxy: string): string {
	return proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;
}

function asNodeReads(entry: string): string {
	const network = /^((?:\d{1,3}\.){3}\d{1,3})\/(\d{1,2})$/.exec(entry);
	if (network !== null) return addressRange(network[1] ?? '', Number(network[2]));
	const isName = !/[:*]/.test(entry) && !/^[\d.-]+$/.test(entry);
	return isName && !entry.startsWith('.') ? `.${entry}` : entry;
}

function addressRange(address: string, prefixLength: number): string {
	const size = 2 ** (32 - Math.min(prefixLength, 32));
	const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
	const first = Math.floor(number / size) * size;
	return `${dotted(first)}-${dotted(first + size - 1)}`;
}

function dotted(number: number): string {
	return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
