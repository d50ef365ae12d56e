/** The way into a machine by SSH. */
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import net from 'node:net';
import {Refused, UsageError} from '../../engine/errors.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {parsePublicKey} from '../answers/public-key.ts';

/**
 * A port of this host that is free now: the one that is wanted, or any.
 * @throws Refused, UsageError
 */
export async function choosePort(wanted: number | undefined): Promise<number> {
	if (wanted !== undefined && (wanted < 1 || wanted > 65535))
		throw new UsageError(`${wanted} is not a port`, {hint: 'Give one from 1 to 65535.'});
	const server = net.createServer();
	try {
		server.listen(wanted ?? 0, '127.0.0.1');
		await once(server, 'listening');
		return (server.address() as net.AddressInfo).port;
	} catch (cause) {
		const {code} = cause as NodeJS.ErrnoException;
		throw new Refused('port-in-use', `port ${wanted} cannot be listened on: ${code}`, {
			hint: 'Give another one, or leave --ssh-port out.',
			cause,
		});
	} finally {
		server.close();
	}
}

/**
 * Lines of authorized_keys, without comments and empty ones.
 * @throws UsageError when it cannot be read, one is no public key, or there is none
 */
export function readPublicKeys(file: string): string {
	const shown = printableText(file);
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (cause) {
		throw new UsageError(
			`--ssh-key ${shown} cannot be read: ${(cause as NodeJS.ErrnoException).code}`,
			{hint: 'Give a file that is there, such as ~/.ssh/id_ed25519.pub.', cause},
		);
	}
	if (text.includes('PRIVATE KEY'))
		throw new UsageError(`${shown} is a private key, which is for nobody else`, {
			hint: `Give the public one: ${shown}.pub`,
		});
	const lines = text.split(/\r?\n/).filter((line) => /^\s*[^\s#]/.test(line));
	const wrong = lines.findIndex((line) => parsePublicKey(line) === undefined);
	if (wrong === -1 && lines.length > 0) return lines.map((line) => `${line.trim()}\n`).join('');
	const what = lines.length === 0 ? 'holds no public key' : 'has a line that is no public key';
	throw new UsageError(`${shown} ${what}`, {
		hint: 'Give a file such as ~/.ssh/id_ed25519.pub, with one key on each line.',
	});
}
