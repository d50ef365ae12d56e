import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

export interface KeyPair {
	readonly cert: string;
	readonly key: string;
}

export interface TestCertificates {
	/** PEM of the authority that signed all others. */
	readonly ca: string;
	/** For 127.0.0.1 and registry.example.com. */
	readonly server: KeyPair;
	/** For another name. */
	readonly misnamed: KeyPair;
	readonly expired: KeyPair;
	readonly client: KeyPair;
}

/** An authority and certificates of it, made anew. */
export function makeCertificates(): TestCertificates {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-certificates-'));
	const openssl = (...args: string[]) =>
		execFileSync('openssl', args, {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']});
	const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const make = (name: string, extension: string, ...validity: string[]): KeyPair => {
		const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`];
		openssl('req', ...curve, ...request);
		writeFileSync(path.join(folder, `${name}.ext`), extension);
		const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', ...validity];
		const files = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`];
		openssl('x509', '-req', ...files, ...signed);
		return {cert: read(`${name}.crt`), key: read(`${name}.key`)};
	};
	try {
		openssl(
			'req',
			'-x509',
			...curve,
			'-keyout',
			'ca.key',
			'-out',
			'ca.crt',
			'-subj',
			'/CN=test CA',
		);
		const loopback = 'subjectAltName=IP:127.0.0.1';
		return {
			ca: read('ca.crt'),
			server: make('server', `${loopback},DNS:registry.example.com`),
			misnamed: make('misnamed', 'subjectAltName=DNS:other.example.com'),
			expired: make('expired', loopback, '-days', '-1'),
			client: make('client', 'extendedKeyUsage=clientAuth'),
		};
	} finally {
		rmSync(folder, {recursive: true});
	}
}
