/** A real container registry, Debian's docker-registry, on a port of this host's loopback. */
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {podman} from '../host/podman.ts';

export interface RegistryOptions {
	/** Lines of an htpasswd file; anybody may pull when left out. */
	readonly users?: string;
	/** Files of a certificate and its key. */
	readonly tls?: {readonly certificate: string; readonly key: string};
}

export interface Registry extends AsyncDisposable {
	/** `127.0.0.1:PORT`. */
	readonly host: string;
	readonly port: number;
	/** Pushes an image of podman's, as `HOST/NAME`; gives the digest of its manifest. */
	push(image: string, name: string, format?: PushFormat): Promise<string>;
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
		async [Symbol.asyncDispose]() {
			const ended = new Promise((resolve) => child.once('exit', resolve));
			child.kill('SIGKILL');
			await ended;
			rmSync(folder, {recursive: true});
		},
	};
}

function configuration(folder: string, host: string, {users, tls}: RegistryOptions): object {
	const htpasswd = path.join(folder, 'htpasswd');
	if (users !== undefined) writeFileSync(htpasswd, users);
	return {
		version: '0.1',
		log: {level: 'info'},
		storage: {filesystem: {rootdirectory: path.join(folder, 'storage')}},
		http: {
			addr: host,
			...(tls && {tls: {certificate: tls.certificate, key: tls.key}}),
		},
		...(users !== undefined && {auth: {htpasswd: {realm: 'test', path: htpasswd}}}),
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
