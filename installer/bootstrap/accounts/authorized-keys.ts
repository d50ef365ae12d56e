import {distinctKeys, parsePublicKey} from '../../answers/public-key.ts';

/** What is wrong with a line for authorized_keys; undefined when nothing is. Never has the line in it. */
export function keyMistake(line: string): string | undefined {
	if (line.includes('PRIVATE KEY')) return 'a private key, and no public one';
	if (/[\r\n\0]/.test(line)) return 'several lines';
	return parsePublicKey(line) === undefined ? 'no public key' : undefined;
}

/** The keys after those that are there already, each once. */
export function addKeys(existing: string, keys: readonly string[]): string {
	const lines = existing.split('\n').filter((line) => line !== '');
	const given = distinctKeys(keys.map((key) => key.trim()));
	return `${[...new Set([...lines, ...given])].join('\n')}\n`;
}
