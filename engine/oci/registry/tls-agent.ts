/** Loaded when a registry is first spoken to with TLS, since all of TLS takes as long to load as the rest of Node. */
import https from 'node:https';
import tls from 'node:tls';

export interface TlsSettings {
	/** PEM of the authorities to trust; undefined trusts everybody. */
	readonly ca: readonly string[] | undefined;
	/** PEM. */
	readonly client: {readonly certificate: string; readonly key: string} | undefined;
}

/** @throws what OpenSSL says of a certificate or key that it cannot use */
export function tlsAgent(options: https.AgentOptions, {ca, client}: TlsSettings): https.Agent {
	const secureContext = tls.createSecureContext({
		...(ca && {ca: [...ca]}),
		...(client && {cert: client.certificate, key: client.key}),
	});
	return new https.Agent({...options, secureContext, rejectUnauthorized: ca !== undefined});
}

/** Those that Node comes with. */
export function builtInCertificates(): readonly string[] {
	return tls.rootCertificates;
}
