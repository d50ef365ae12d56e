/** What is wrong with a line for authorized_keys; undefined when nothing is. Never has the line in it. */
export function keyMistake(line: string): string | undefined {
	if (line.includes('PRIVATE KEY')) return 'a private key, and no public one';
	if (/[\r\n\0]/.test(line)) return 'several lines';
	// Options may have blanks between quotes.
	const words = line.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? [];
	return words.slice(0, 2).some((type, at) => isKey(type, words[at + 1] ?? ''))
		? undefined
		: 'no public key';
}

/** The blob begins with the length and the text of its type. @see RFC 4253, section 6.6 */
function isKey(type: string, base64: string): boolean {
	if (!/^(ssh|ecdsa|sk-(ssh|ecdsa))-[a-z0-9@.-]+$/.test(type)) return false;
	const blob = Buffer.from(base64, 'base64');
	return (
		/^[A-Za-z0-9+/]+=*$/.test(base64) &&
		blob.length > 4 + type.length &&
		blob.readUInt32BE(0) === type.length &&
		blob.toString('latin1', 4, 4 + type.length) === type
	);
}

/** The keys after those that are there already, each once. */
export function addKeys(existing: string, keys: readonly string[]): string {
	const lines = existing.split('\n').filter((line) => line !== '');
	return `${[...new Set([...lines, ...keys.map((key) => key.trim())])].join('\n')}\n`;
}
