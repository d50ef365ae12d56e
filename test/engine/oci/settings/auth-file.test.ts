import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {findAuth, parseAuthFile} from '../../../../engine/oci/settings/auth-file.ts';
import {failure, told} from './failure.ts';

const test = suite('files of credentials');
const path = '/run/ostree/auth.json';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const parse = (text: string) => parseAuthFile(path, Buffer.from(text));

/** Who is logged in there, for a name such as `docker.io/library/debian`. */
function find(content: unknown, name: string): unknown {
	const slash = name.indexOf('/');
	const match = findAuth(parse(JSON.stringify(content)), {
		host: name.slice(0, slash),
		repository: name.slice(slash + 1),
	});
	return match?.kind === 'password' ? `${match.username}:${match.password}` : match;
}

/** Entries whose user is their key, but for colons. */
function auths(...keys: string[]): unknown {
	const user = (key: string) => key.replaceAll(':', ';');
	return {
		auths: Object.fromEntries(keys.map((key) => [key, {auth: base64(`${user(key)}:pw`)}])),
	};
}

const matches: readonly (readonly [keys: string[], name: string, key: string | undefined])[] = [
	[['a.com', 'a.com/ns/x', 'a.com/ns'], 'a.com/ns/x', 'a.com/ns/x'],
	[['a.com', 'a.com/ns/x', 'a.com/ns'], 'a.com/ns/y', 'a.com/ns'],
	[['a.com', 'a.com/ns/x', 'a.com/ns'], 'a.com/other', 'a.com'],
	[['a.com/n'], 'a.com/ns/x', undefined],
	[['a.com/ns/x/deep'], 'a.com/ns/x', undefined],
	[['a.com'], 'a.com:5000/x', undefined],
	[['a.com:5000'], 'a.com:5000/x', 'a.com:5000'],
	[['a.com:5000'], 'a.com/x', undefined],
	[['com'], 'a.com/x', undefined],
	[['https://a.com/v2/'], 'a.com/x', 'https://a.com/v2/'],
	[['http://a.com:5000'], 'a.com:5000/x', 'http://a.com:5000'],
	[['https://a.com/ns', 'a.com'], 'a.com/x', 'a.com'],
	[['https://a.com.evil.com/'], 'a.com/x', undefined],
	[['a.com/v1/'], 'a.com/x', undefined],
	[['https://index.docker.io/v1/'], 'docker.io/library/debian', 'https://index.docker.io/v1/'],
	[['registry-1.docker.io'], 'docker.io/team/x', 'registry-1.docker.io'],
	[['docker.io'], 'docker.io/team/x', 'docker.io'],
	[['index.docker.io', 'docker.io/team'], 'docker.io/team/x', 'docker.io/team'],
];
test('have the nearest entry to a repository', () => {
	for (const [keys, name, key] of matches)
		assert.is(
			find(auths(...keys), name),
			key && `${key.replaceAll(':', ';')}:pw`,
			`${keys} ${name}`,
		);
});

const entries: readonly (readonly [entry: unknown, found: unknown])[] = [
	[{auth: base64('user:pass:word')}, 'user:pass:word'],
	[{auth: base64('us\u00e9r:p\u00e4ss')}, 'us\u00e9r:p\u00e4ss'],
	[{auth: base64('user:pass\0\0\0')}, 'user:pass'],
	[{auth: base64('user:')}, 'user:'],
	[{auth: `${base64('user:pa')}\n`}, 'user:pa'],
	[
		{auth: base64('user:'), identitytoken: 'token'},
		{kind: 'identity-token', token: 'token'},
	],
	[{identitytoken: 'token'}, {kind: 'identity-token', token: 'token'}],
	[{}, undefined],
	[null, undefined],
	[{auth: null}, undefined],
	[{auth: ''}, undefined],
	[{auth: base64(':')}, undefined],
	[{auth: base64('no colon')}, undefined],
];
test('have passwords and identity tokens', () => {
	for (const [entry, found] of entries)
		assert.equal(find({auths: {'a.com': entry}}, 'a.com/x'), found, JSON.stringify(entry));
});

test('let an empty entry decide', () => {
	const content = {auths: {'a.com/ns': {}, 'a.com': {auth: base64('user:pass')}}};
	assert.is(find(content, 'a.com/ns/x'), undefined);
});

test('name a helper for a host, before all entries', () => {
	const content = {
		auths: {'a.com/x': {auth: base64('user:pass')}, 'b.com': {auth: base64('b:pass')}},
		credHelpers: {'a.com': 'secretservice', 'b.com:5000': 'pass'},
		credsStore: 'desktop',
	};
	assert.equal(find(content, 'a.com/x'), {kind: 'helper', suffix: 'secretservice'});
	assert.is(find(content, 'b.com/x'), 'b:pass');
	assert.is(find(content, 'c.com/x'), undefined);
});

test('may hold nothing', () => {
	for (const content of [{}, {auths: null, credHelpers: null}, {auths: {}}, {HttpHeaders: {}}])
		assert.is(find(content, 'a.com/x'), undefined);
	assert.is(find(JSON.parse('{"auths": {"__proto__": {}}}'), 'a.com/x'), undefined);
});

const secret = base64('admin:hunter2');
const broken: readonly (readonly [text: string, what: string])[] = [
	['', 'it is not JSON'],
	['hunter2', 'it is not JSON'],
	[`{"auths": {"a.com":\n {"auth": "${secret}" "x"}}}`, 'it is not JSON (line 2 column 34)'],
	[`{"auths": {"a.com": {"auth": ${secret}}}}`, 'it is not JSON'],
	[`"${secret}"`, 'it is not an object'],
	[`["${secret}"]`, 'it is not an object'],
	['{"auths": []}', 'auths is not an object'],
	['{"credHelpers": []}', 'credHelpers is not an object'],
	[`{"auths": "${secret}"}`, 'auths is not an object'],
	[`{"auths": {"a.com": "${secret}"}}`, 'auths.a.com is not an object'],
	[`{"auths": {"a.com": {"auth": ["${secret}"]}}}`, 'auths.a.com.auth is not a string'],
	['{"auths": {"a.com": {"auth": 1}}}', 'auths.a.com.auth is not a string'],
	['{"credHelpers": {"a.com": 1}}', 'credHelpers.a.com is not a string'],
	['{"auths": {"a.com": {"auth": "admin:hunter2"}}}', 'auths.a.com.auth is not base64'],
	[`{"auths": {"a.com": {"auth": "${secret}="}}}`, 'auths.a.com.auth is not base64'],
];
test('are named when they are broken, and nothing of what they hold is told', async () => {
	for (const [text, what] of broken) {
		const work = () => findAuth(parse(text), {host: 'a.com', repository: 'x'});
		assert.is(await told(work), `usage: ${path} is no file of registry credentials: ${what}`, text);
		const error = await failure(work);
		assert.is(error.cause, undefined);
		assert.not.match(`${error.message} ${error.hint} ${error.stack}`, /hunter2|YWRtaW4/);
	}
});

test.run();
