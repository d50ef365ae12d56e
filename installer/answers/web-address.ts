import querystring from 'node:querystring';

/** A name for messages: a URL may have a password, or a token behind its question mark; a path has neither. */
export function withoutSecrets(name: string): string {
	if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return name;
	const parsed = URL.parse(name);
	return parsed === null
		? 'a URL that is none'
		: `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/**
 * What to give to fetch for a URL: that refuses one with a name and a password in it, and says them in its
 * message.
 */
export function webRequest(address: string): {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
} {
	const url = URL.parse(address);
	if (url === null || (url.username === '' && url.password === ''))
		return {url: address, headers: {}};
	// Never throws, whatever follows a percent sign.
	const login = `${querystring.unescape(url.username)}:${querystring.unescape(url.password)}`;
	url.username = '';
	url.password = '';
	const encoded = Buffer.from(login).toString('base64');
	return {url: url.href, headers: {authorization: `Basic ${encoded}`}};
}
