import {readFileSync} from 'node:fs';
import {UsageError} from '../../errors.ts';

/**
 * Where distributions keep all CA certificates in one file. Reading it takes a tenth of the time that
 * Node takes to walk the folder of single certificates, and does not hang on where Node's own OpenSSL
 * expects that folder.
 */
const bundles = [
	'/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch
	'/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, CentOS
	'/etc/pki/tls/certs/ca-bundle.crt', // older ones
	'/etc/ssl/ca-bundle.pem', // openSUSE
	'/etc/ssl/cert.pem', // Alpine
];

/**
 * PEM of the CA certificates that this machine trusts: `SSL_CERT_FILE` if it is set, as for all that
 * uses OpenSSL or Go, else the distribution's; undefined on a system without any.
 * @throws UsageError when the file that the variable names is not there
 */
export function systemCertificates(
	file = process.env.SSL_CERT_FILE,
): readonly string[] | undefined {
	if (file !== undefined && file !== '') {
		const text = readIfPresent(file);
		if (text !== undefined) return [text];
		throw new UsageError(`SSL_CERT_FILE is ${file}, which is not there`, {
			hint: 'Unset it, or let it name a file of CA certificates.',
		});
	}
	for (const bundle of bundles) {
		const text = readIfPresent(bundle);
		if (text?.includes('BEGIN CERTIFICATE')) return [text];
	}
	return undefined;
}

function readIfPresent(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw error;
	}
}
