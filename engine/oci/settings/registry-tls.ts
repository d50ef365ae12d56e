import {createPrivateKey, X509Certificate} from 'node:crypto';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {UsageError} from '../../errors.ts';
import type {RegistryTls} from '../registry/endpoint.ts';
import {placed, readSettings, type SettingsPlaces, settingsFolders} from './places.ts';

/**
 * Certificates for a registry, from the first folder `certs.d/HOST[:PORT]` that there is; its name is
 * the host as references have it. `*.crt` are CAs, `NAME.cert` and `NAME.key` a client's pair, of
 * which there is one at most.
 * @throws UsageError which names the file
 * @see https://github.com/containers/container-libs/blob/main/image/docs/containers-certs.d.5.md
 */
export async function registryTls(places: SettingsPlaces, host: string): Promise<RegistryTls> {
	const folders = [...settingsFolders(places), '/etc/docker'];
	for (const folder of folders.map((above) => path.join(above, 'certs.d', host))) {
		const names = await namesInExisting(placed(places, folder));
		if (names !== undefined) return readFolder(places, folder, names);
	}
	return {ca: []};
}

/** Sorted; undefined when there is no such folder, for an empty one hides those after it. */
async function namesInExisting(folder: string): Promise<string[] | undefined> {
	try {
		return (await readdir(folder)).sort();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw error;
	}
}

async function readFolder(
	places: SettingsPlaces,
	folder: string,
	names: readonly string[],
): Promise<RegistryTls> {
	const read = async (name: string): Promise<PemFile> => {
		const file = path.join(folder, name);
		return {path: file, text: (await readSettings(places, file))?.toString() ?? ''};
	};
	const ca: string[] = [];
	for (const name of names.filter((one) => one.endsWith('.crt'))) {
		const file = await read(name);
		parseCertificate(file);
		ca.push(file.text);
	}
	const client = clientName(folder, names);
	if (client === undefined) return {ca};
	return {ca, client: pairOf(await read(`${client}.cert`), await read(`${client}.key`))};
}

/** What the two files of the pair are called before their endings. */
function clientName(folder: string, names: readonly string[]): string | undefined {
	const halves = names.filter((name) => /\.(cert|key)$/.test(name));
	for (const name of halves) {
		const other = name.endsWith('.key')
			? name.replace(/key$/, 'cert')
			: name.replace(/cert$/, 'key');
		if (!names.includes(other))
			throw new UsageError(`${folder} has ${name} and no ${other}`, {
				hint: 'Put both of a pair there. A certificate to trust is called NAME.crt.',
			});
	}
	const certificates = halves.filter((name) => name.endsWith('.cert'));
	if (certificates.length > 1)
		throw new UsageError(`${folder} has several client certificates: ${certificates.join(', ')}`, {
			hint: 'Keep the one that the registry asks for.',
		});
	return certificates[0]?.replace(/\.cert$/, '');
}

interface PemFile {
	readonly path: string;
	readonly text: string;
}

function pairOf(certificate: PemFile, key: PemFile): NonNullable<RegistryTls['client']> {
	const expected = 'private key that needs no passphrase';
	const privateKey = parsePem(key, expected, createPrivateKey);
	if (!parseCertificate(certificate).checkPrivateKey(privateKey))
		throw new UsageError(`${key.path} is not the key of ${certificate.path}`, {
			hint: 'Put the key there that the certificate was made for.',
		});
	return {certificate: certificate.text, key: key.text};
}

function parseCertificate(file: PemFile): X509Certificate {
	return parsePem(file, 'certificate', (text) => new X509Certificate(text));
}

/** Found here, and not by a handshake that fails later and does not say why. */
function parsePem<T>({path: file, text}: PemFile, expected: string, parse: (text: string) => T): T {
	try {
		return parse(text);
	} catch (cause) {
		throw new UsageError(`${file} holds no ${expected} in PEM`, {
			hint: 'Put the text there that begins with -----BEGIN and ends with an -----END line.',
			cause,
		});
	}
}
