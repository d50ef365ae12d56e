/** A real container registry, Debian's docker-registry, on a port of this host's loopback. */
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {runCommand} from '../../engine/system/commands.ts';
import type {KeyPair} from '../engine/oci/registry/certificates.ts';
import {podman} from '../host/podman.ts';

export interface RegistryOptions {
	/** Only who logs in with {@link login} may push and pull. */
	readonly wantsLogin?: boolean;
	/** Speaks https alone, with this certificate. */
	readonly tls?: KeyPair;
	/** Speaks only with who has a certificate of this authority. */
	readonly clientAuthority?: string;
}

export const login = {username: 'ada', password: 'sesame'} as const;
/** Line of an htpasswd file, made by htpasswd -B: the registry takes bcrypt alone. */
const loginLine = 'ada:$2y$04$3Q2uTl8NihSS0dgWea0bmezugKH3wELxYf1/fGn2VeL/2uvvwoc7C\n';

export interface Registry extends AsyncDisposable {
	/** `127.0.0.1:PORT`. */
	readonly host: string;
	readonly port: number;
	/** Pushes an image of podman's, as `HOST/NAME`; gives the digest of its manifest. */
	push(image: string, name: string, format?: PushFormat): Promise<string>;
	/** Copies what skopeo calls `source`, `oci:FOLDER` or another, to `HOST/NAME` as it is. */
	copy(source: string, name: string): Promise<void>;
	/** Ends it in the middle of whatever it does; the port stays free. */
	stop(): Promise<void>;
}

export type PushFormat = 'gzip' | 'zstd' | 'zstd:chunked';

export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-registry-'));
	const port = await freePort();
	const host = `127.0.0.1:${port}`;
	const config = path.join(folder, 'config.json');
	// The configuration is YAML, of which JSON is a part.
	writeFileSync(config, JSON.stringify(configuration(folder, host, options)));
	const child = spawn('docker-registry', ['serve', config], {stdio: ['ignore', 'ignore', 'pipe']});
	await new Promise<void>((resolve, reject) => {
		let said = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			said += text;
			if (said.includes('listening on')) resolve();
		});
		child.on('error', reject);
		child.on('exit', () => reject(new Error(`docker-registry has ended: ${said.slice(-1000)}`)));
	});
	const ended = new Promise((resolve) => child.once('exit', resolve));
	const stop = async () => {
		child.kill('SIGKILL');
		await ended;
	};
	return {
		host,
		port,
		async push(image, name, format = 'gzip') {
			const digestFile = path.join(folder, 'digest');
			await podman([
				...['push', '--quiet', '--tls-verify=false', '--compression-format', format],
				...['--digestfile', digestFile, image, `${host}/${name}`],
			]);
			return readFileSync(digestFile, 'utf8');
		},
		async copy(source, name) {
			const {username, password} = login;
			const credentials = options.wantsLogin ? ['--dest-creds', `${username}:${password}`] : [];
			await runCommand('skopeo', [
				...['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', ...credentials],
				...[source, `docker://${host}/${name}`],
			]);
		},
		stop,
		async [Symbol.asyncDispose]() {
			await stop();
			rmSync(folder, {recursive: true});
		},
	};
}

function configuration(folder: string, host: string, options: RegistryOptions): object {
	const {wantsLogin, tls, clientAuthority} = options;
	const file = (name: string, text: string) => {
		writeFileSync(path.join(folder, name), text);
		return path.join(folder, name);
	};
	return {
		version: '0.1',
		log: {level: 'info'},
		storage: {filesystem: {rootdirectory: path.join(folder, 'storage')}},
		http: {
			addr: host,
			...(tls && {
				tls: {
					certificate: file('server.crt', tls.cert),
					key: file('server.key', tls.key),
					...(clientAuthority && {clientcas: [file('client-ca.crt', clientAuthority)]}),
				},
			}),
		},
		...(wantsLogin && {auth: {htpasswd: {realm: 'test', path: file('htpasswd', loginLine)}}}),
	};
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no port is free');
	return address.port;
}
