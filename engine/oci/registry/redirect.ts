export const maxRedirects = 10;

/** A redirect that a server answered with. */
export interface Redirect {
	readonly from: URL;
	/** The `Location` header. */
	readonly location: string | undefined;
	/** Of the request, with names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	/** How many were followed before. */
	readonly followed: number;
	readonly insecure: boolean;
}

export type RedirectDecision =
	| {readonly kind: 'follow'; readonly url: URL; readonly headers: Readonly<Record<string, string>>}
	| {readonly kind: 'refuse'; readonly reason: string};

/** Headers that only the server they were made for may see. */
const secretHeaders: ReadonlySet<string> = new Set([
	'authorization',
	'cookie',
	'proxy-authorization',
]);

export function isRedirect(status: number): boolean {
	return [301, 302, 303, 307, 308].includes(status);
}

/**
 * Where a redirect leads, and what may be sent there: registries redirect to stores that reject
 * credentials of others, or log them. Reasons name no path and no query, since those may be secrets.
 */
export function decideRedirect(redirect: Redirect): RedirectDecision {
	const {from, location, headers, followed, insecure} = redirect;
	if (followed >= maxRedirects) return refuse(`redirects more than ${maxRedirects} times`);
	if (location === undefined) return refuse('redirects to nowhere');
	const url = URL.parse(location, from);
	if (url === null) return refuse('redirects to what is not a URL');
	if (url.protocol !== 'https:' && url.protocol !== 'http:')
		return refuse(`redirects to ${url.protocol}, which is not the web`);
	if (url.protocol === 'http:' && from.protocol === 'https:' && !insecure)
		return refuse(`redirects from https to http, to ${url.host}`);
	// Node would make credentials of them.
	url.username = '';
	url.password = '';
	url.hash = '';
	return {
		kind: 'follow',
		url,
		headers: url.origin === from.origin ? headers : withoutSecrets(headers),
	};
}

function withoutSecrets(headers: Redirect['headers']): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name)));
}

function refuse(reason: string): RedirectDecision {
	return {kind: 'refuse', reason};
}
