import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import {EngineError, UsageError} from '../../errors.ts';
import type {RegistryEndpoint} from './endpoint.ts';
import type {RegistryPorts} from './ports.ts';
import {proxyVariables} from './proxy.ts';

/** The connections of one endpoint: kept open between requests, its TLS settings on them. */
export class Agents {
	readonly #endpoint: RegistryEndpoint;
	readonly #ports: RegistryPorts;
	readonly #agents = new Map<string, http.Agent>();

	constructor(endpoint: RegistryEndpoint, ports: RegistryPorts) {
		this.#endpoint = endpoint;
		this.#ports = ports;
	}

	/**
	 * @param isRegistry our client certificate is shown to the registry alone; the hosts that it refers
	 * to are trusted by the same authorities
	 */
	agentFor(url: URL, isRegistry: boolean): http.Agent {
		const kind = `${url.protocol} ${isRegistry}`;
		const agent = this.#agents.get(kind) ?? this.#create(url.protocol, isRegistry);
		this.#agents.set(kind, agent);
		return agent;
	}

	#create(protocol: string, isRegistry: boolean): http.Agent {
		const proxyEnv = proxyVariables(this.#ports.environment);
		const options = {keepAlive: true, proxyEnv};
		try {
			if (protocol === 'http:') return new http.Agent(options);
			return new https.Agent({...options, ...this.#tlsOptions(isRegistry)});
		} catch (error) {
			throw explainOptions(error, this.#endpoint.host);
		}
	}

	#tlsOptions(isRegistry: boolean): https.AgentOptions {
		const {insecure, tls: settings} = this.#endpoint;
		const client = isRegistry ? settings.client : undefined;
		const secureContext = tls.createSecureContext({
			...(!insecure && {ca: [...this.#ports.systemCertificates(), ...settings.ca]}),
			...(client && {cert: client.certificate, key: client.key}),
		});
		return {secureContext, rejectUnauthorized: !insecure};
	}
}

/** The value is not shown: it may hold a password. */
function explainOptions(error: unknown, host: string): EngineError {
	if (error instanceof EngineError) return error;
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ERR_PROXY_INVALID_CONFIG')
		return new UsageError('HTTPS_PROXY or HTTP_PROXY is not a URL', {
			hint: 'Write it as http://proxy.example.com:3128',
		});
	return new UsageError(`a certificate or key for ${host} cannot be used (${code})`, {
		hint: `Look at the files in certs.d/${host}: they must be PEM, and the key that of the certificate.`,
		cause: error,
	});
}
