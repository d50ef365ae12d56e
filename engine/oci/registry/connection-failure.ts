import {EngineError} from '../../errors.ts';
import {RegistryFailure} from './failure.ts';

interface Explanation {
	readonly code: 'registry-unreachable' | 'registry-untrusted' | 'registry-interrupted';
	readonly says: (host: string) => string;
	/** `settingsHost` is by which the registry's settings are found, `host` who did not answer. */
	readonly hint: (settingsHost: string, host: string) => string;
	readonly isTransient: boolean;
}

const checkNetwork = () => 'Look at the network, the name of the registry, and its port.';

const explanations: readonly (readonly [codes: RegExp, Explanation])[] = [
	[
		/^ENOTFOUND$/,
		{
			code: 'registry-unreachable',
			says: (host) => `${host} is not known: its name has no address`,
			hint: () => 'Look at the name of the registry, and at the name servers of this machine.',
			isTransient: false,
		},
	],
	[
		/^EAI_AGAIN$/,
		{
			code: 'registry-unreachable',
			says: (host) => `no name server answers who ${host} is`,
			hint: () => 'Look at the network and the name servers of this machine.',
			isTransient: true,
		},
	],
	[
		/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|ETIMEDOUT|EADDRNOTAVAIL)$/,
		{
			code: 'registry-unreachable',
			says: (host) => `${host} cannot be reached`,
			hint: checkNetwork,
			isTransient: true,
		},
	],
	[
		/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
		{
			code: 'registry-untrusted',
			says: (host) => `the certificate of ${host} is not valid now`,
			hint: (_, host) =>
				`Look at the clock of this machine; if it is right, ${host} needs a new one.`,
			isTransient: false,
		},
	],
	[
		/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
		{
			code: 'registry-untrusted',
			says: (host) => `the certificate of ${host} is for another name`,
			hint: () => 'Use the name that is in the certificate.',
			isTransient: false,
		},
	],
	[
		/^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|INVALID_|ERROR_IN_CERT|PATH_LENGTH_|ERR_TLS_CERT)/,
		{
			code: 'registry-untrusted',
			says: (host) => `the certificate of ${host} is not trusted`,
			hint: (host) => `Put its CA certificate into /etc/containers/certs.d/${host}/ca.crt`,
			isTransient: false,
		},
	],
	[
		/^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/,
		{
			code: 'registry-unreachable',
			says: (host) => `${host} does not speak https`,
			hint: (host) =>
				`If it shall be used without, set insecure = true for ${host} in registries.conf.`,
			isTransient: false,
		},
	],
	[
		/^ERR_SSL_.*ALERT/,
		{
			code: 'registry-untrusted',
			says: (host) => `${host} refuses our side of TLS`,
			hint: (host) =>
				`If it wants a client certificate, put client.cert and client.key into /etc/containers/certs.d/${host}/`,
			isTransient: false,
		},
	],
	[
		/^ERR_PROXY_/,
		{
			code: 'registry-unreachable',
			says: (host) => `the proxy does not connect to ${host}`,
			hint: () => 'Look at HTTPS_PROXY and NO_PROXY, and at what the proxy allows.',
			isTransient: true,
		},
	],
];

const interrupted: Explanation = {
	code: 'registry-interrupted',
	says: (host) => `the connection to ${host} broke`,
	hint: checkNetwork,
	isTransient: true,
};

/**
 * What an error of a connection means for people. Node's own words are left out but for the code: they
 * hold addresses, and of proxies more than that.
 */
export function connectionFailure(host: string, error: unknown, settingsHost = host): EngineError {
	if (error instanceof EngineError) return error;
	const code = error instanceof Error && 'code' in error ? String(error.code) : 'closed';
	if (code.startsWith('HPE_'))
		return new RegistryFailure('registry-protocol', `${host} does not speak HTTP (${code})`, {
			hint: `Look whether ${host} is the registry that is meant.`,
			cause: error,
		});
	const {says, hint, ...rest} = explain(error, code);
	return new RegistryFailure(rest.code, `${says(host)} (${code})`, {
		hint: hint(settingsHost, host),
		cause: error,
		isTransient: rest.isTransient,
	});
}

function explain(error: unknown, code: string): Explanation {
	const found = explanations.find(([codes]) => codes.test(code))?.[1] ?? interrupted;
	// Alerts during the handshake come as EPROTO, with the alert in the text.
	const isAlert = code === 'EPROTO' && error instanceof Error && /alert/.test(error.message);
	return isAlert ? explain(undefined, 'ERR_SSL_ALERT') : found;
}
