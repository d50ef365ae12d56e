import {readFile} from 'node:fs/promises';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {parsePublicKey} from '../../installer/answers/public-key.ts';
import type {ReadKeys} from './port.ts';

const timeoutMs = 15_000;
const largest = 64 * 1024;

/**
 * Public keys of a text that was pasted, a file, or an address that gives them, as code forges do for
 * each account.
 * @throws Refused `no-key` when there is none
 * @throws OperationFailed `keys-unreadable`
 */
export async function readPublicKeys(source: string): Promise<ReadKeys> {
	const place = source.trim();
	const text = await readSource(place);
	const lines = text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '' && !line.startsWith('#'));
	const keys = lines.filter((line) => parsePublicKey(line) !== undefined);
	if (keys.length > 0) return {keys, leftOut: lines.length - keys.length};
	const isPrivate = text.includes('PRIVATE KEY');
	throw new Refused('no-key', isPrivate ? 'that is a private key' : 'that holds no public key', {
		hint: isPrivate
			? 'Keep it, and give the public one, which ends in .pub.'
			: 'A public key begins with its type, such as ssh-ed25519.',
	});
}

async function readSource(place: string): Promise<string> {
	try {
		if (/^https?:\/\//.test(place)) return await fetchText(place);
		return place.startsWith('/') ? await readFile(place, 'utf8') : place;
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new OperationFailed('keys-unreadable', `${place} cannot be read: ${reason}`, {cause});
	}
}

async function fetchText(address: string): Promise<string> {
	const answer = await fetch(address, {signal: AbortSignal.timeout(timeoutMs)});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`the server says ${answer.status}`);
	if (text.length > largest) throw new Error('it is too long for keys');
	return text;
}
