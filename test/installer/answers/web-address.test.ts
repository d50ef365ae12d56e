import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {webRequest, withoutSecrets} from '../../../installer/answers/web-address.ts';

const test = suite('addresses on the web');

for (const [name, shown] of [
	[
		'https://me:PLANTED@config.example.com:8443/a.toml?token=PLANTED#PLANTED',
		'https://config.example.com:8443/a.toml',
	],
	['https://me:PLANTED@:1:/', 'a URL that is none'],
	['/srv/what?.toml', '/srv/what?.toml'],
	['-', '-'],
] as const)
	test(`are shown without secrets: ${name}`, () => assert.is(withoutSecrets(name), shown));

for (const [address, url, login] of [
	['https://config.example.com/a?t=1', 'https://config.example.com/a?t=1', undefined],
	['https://me:p%40w@config.example.com/a', 'https://config.example.com/a', 'me:p@w'],
	['https://me:%zz@config.example.com/', 'https://config.example.com/', 'me:%zz'],
	['https://token@config.example.com/', 'https://config.example.com/', 'token:'],
] as const)
	test(`are asked for with their login in a header: ${address}`, () => {
		const headers =
			login === undefined ? {} : {authorization: `Basic ${Buffer.from(login).toString('base64')}`};
		assert.equal(webRequest(address), {url, headers});
	});

test.run();
