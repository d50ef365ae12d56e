import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	decideRedirect,
	isRedirect,
	maxRedirects,
} from '../../../../engine/oci/registry/redirect.ts';

const test = suite('redirects of registries');
const plain = {accept: '*/*', range: 'bytes=5-'};
const headers = {...plain, authorization: 'Bearer secret', cookie: 'a=b'};
const from = 'https://registry.example.com/v2/os/blobs/sha256:0';

function decide(location: string | undefined, more: object = {}) {
	const redirect = {from: new URL(from), location, headers, followed: 0, insecure: false, ...more};
	const decision = decideRedirect(redirect);
	return decision.kind === 'refuse' ? decision.reason : [decision.url.href, decision.headers];
}

test('lead on with all headers on the same origin alone', () => {
	assert.equal(decide('/other'), ['https://registry.example.com/other', headers]);
	assert.equal(decide('https://registry.example.com:443/a'), [
		'https://registry.example.com/a',
		headers,
	]);
	for (const other of [
		'https://storage.example.com/a?X-Signature=b',
		'https://registry.example.com:8443/a',
		'https://registry.example.com.example.net/a',
		'https://example.com/a',
		'https://sub.registry.example.com/a',
	])
		assert.equal(decide(other), [other, plain]);
	assert.equal(decide('//storage.example.com/a'), ['https://storage.example.com/a', plain]);
});

test('make no credentials of what stands before the host', () => {
	assert.equal(decide('https://user:password@storage.example.com/a#part'), [
		'https://storage.example.com/a',
		plain,
	]);
});

test('do not lead from https to http, unless the endpoint is insecure', () => {
	const http = 'http://registry.example.com/a';
	assert.is(decide(http), 'redirects from https to http, to registry.example.com');
	assert.equal(decide(http, {insecure: true}), [http, plain]);
	const fromHttp = {from: new URL(http), insecure: true};
	assert.equal(decide('https://registry.example.com/a', fromHttp), [
		'https://registry.example.com/a',
		plain,
	]);
});

test('are refused without a usable place, and when there are too many', () => {
	assert.is(decide(undefined), 'redirects to nowhere');
	assert.is(decide('https://['), 'redirects to what is not a URL');
	assert.is(decide('file:///etc/shadow'), 'redirects to file:, which is not the web');
	assert.is.not(typeof decide('/a', {followed: maxRedirects - 1}), 'string');
	assert.is(decide('/a', {followed: maxRedirects}), 'redirects more than 10 times');
});

test('have one of five statuses', () => {
	const statuses = Array.from({length: 100}, (_, index) => 300 + index).filter(isRedirect);
	assert.equal(statuses, [301, 302, 303, 307, 308]);
});

test.run();
