import http from 'node:http';
import {EngineError, UsageError} from '../../errors.ts';
import type {RegistryEndpoint} from './endpoint.ts';
import type {RegistryPorts} from './ports.ts';
import {proxyVariables} from './proxy.ts';

/** The connections of one endpoint: kept open between requests, its TLS settings on them. */
export class Agents {
	readonly #endpoint: RegistryEndpoint;
	readonly #ports: RegistryPorts;
	readonly #agents = new Map<string, Promise<http.Agent>>();

	constructor(endpoint: RegistryEndpoint, ports: RegistryPorts) {
		this.#endpoint = endpoint;
		this.#ports = ports;
	}

	/**
	 * @param isRegistry our client certificate is shown to the registry alone; the hosts that it refers
	 * to are trusted by the same authorities
	 */
	agentFor(url: URL, isRegistry: boolean): Promise<http.Agent> {
		const kind = `${url.protocol} ${isRegistry}`;
		const agent = this.#agents.get(kind) ?? this.#create(url.protocol, isRegistry);
		this.#agents.set(kind, agent);
		agent.catch(() => this.#agents.delete(kind));
		return agent;
	}

	async #create(protocol: string, isRegistry: boolean): Promise<http.Agent> {
		const proxyEnv = proxyVariables(this.#ports.environment);
		const options = {keepAlive: true, proxyEnv};
		try {
			if (protocol === 'http:') return new http.Agent(options);
			const {builtInCertificates, tlsAgent} = await import('./tls-agent.ts');
			const {insecure, tls} = this.#endpoint;
			const systemCertificates = () => this.#ports.systemCertificates() ?? builtInCertificates();
			return tlsAgent(options, {
				ca: insecure ? undefined : [...systemCertificates(), ...tls.ca],
				client: isRegistry ? tls.client : undefined,
			});
		} catch (error) {
			throw explainOptions(error, this.#endpoint.host);
		}
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
