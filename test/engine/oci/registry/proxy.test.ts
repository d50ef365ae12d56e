import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {proxyVariables} from '../../../../engine/oci/registry/proxy.ts';

const test = suite('proxies');
const always = '.localhost,127.0.0.0-127.255.255.255,::1';

test('are taken from the environment, lower case first', () => {
	const environment = {
		HTTPS_PROXY: 'http://upper.example.com:3128',
		https_proxy: 'http://lower.example.com:3128',
		HTTP_PROXY: 'proxy.example.com:8080',
		PATH: '/usr/bin',
	};
	assert.equal(proxyVariables(environment), {
		https_proxy: 'http://lower.example.com:3128',
		http_proxy: 'http://proxy.example.com:8080',
		no_proxy: always,
	});
	assert.equal(proxyVariables({}), {https_proxy: '', http_proxy: '', no_proxy: always});
});

const exceptions: readonly (readonly [written: string, read: string])[] = [
	['example.com', '.example.com'],
	['.example.com', '.example.com'],
	['*.example.com', '*.example.com'],
	['*', '*'],
	['registry.example.com:5000', 'registry.example.com:5000'],
	['10.1.2.3', '10.1.2.3'],
	['10.1.2.3/8', '10.0.0.0-10.255.255.255'],
	['192.168.7.0/24', '192.168.7.0-192.168.7.255'],
	['192.168.7.9/32', '192.168.7.9-192.168.7.9'],
	['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
	['fd00::1', 'fd00::1'],
];
for (const [written, read] of exceptions)
	test(`leave out ${written}`, () => {
		assert.is(proxyVariables({NO_PROXY: written}).no_proxy, `${read},${always}`);
	});

test('leave out all of a list', () => {
	const {no_proxy} = proxyVariables({no_proxy: ' a.example.com, ,10.0.0.0/8 '});
	assert.is(no_proxy, `.a.example.com,10.0.0.0-10.255.255.255,${always}`);
});

test.run();
