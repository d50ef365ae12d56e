import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../engine/errors.ts';
import {loadConfig} from '../../../installer/config/load-config.ts';

const test = suite('where configurations come from');

const config = 'version = 1 # ä\n';
const page = '<!DOCTYPE html><html></html>';
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-config-'));
const server = createServer((request, response) => {
	const {url, headers} = request;
	const login = Buffer.from('me:PLANTED@').toString('base64');
	if (url === '/site.toml') response.end(config);
	else if (url === '/mine?token=PLANTED' && headers.authorization === `Basic ${login}`)
		response.end(config);
	else if (url === '/page') response.end(page);
	else if (url === '/cut') {
		response.writeHead(200, {'content-length': '100'});
		response.write('version', () => response.destroy());
	} else response.writeHead(404).end();
});
let base: string;
test.before(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.after(() => {
	server.close();
	rmSync(folder, {recursive: true});
});

async function* input(...chunks: readonly (string | Buffer)[]): AsyncGenerator<Uint8Array> {
	for (const chunk of chunks) yield Buffer.from(chunk);
}

function load(name: string, sha256?: string, stdin = input()): Promise<string> {
	const {signal} = new AbortController();
	return loadConfig({name, sha256}, {fetch, stdin, signal});
}

async function failure(loading: Promise<string>): Promise<string> {
	const error = await loading.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (!(error instanceof EngineError)) throw error ?? new Error('it was loaded');
	return `${error.code}: ${error.message.replaceAll(base, 'URL').replaceAll(folder, 'FOLDER')}`;
}

test('are files, with a checksum or without', async () => {
	const file = path.join(folder, 'site.toml');
	writeFileSync(file, config);
	assert.is(await load(file), config);
	assert.is(await load(file, digestOf(config).toUpperCase()), config);
	assert.match(await failure(load(file, digestOf(page))), /^config-checksum: /);
});

test('are standard input', async () => {
	const bytes = Buffer.from(config);
	assert.is(await load('-', undefined, input(bytes.subarray(0, 15), bytes.subarray(15))), config);
});

test('are URLs with a checksum, and not without', async () => {
	assert.is(await load(`${base}/site.toml`, digestOf(config)), config);
	assert.is(
		await failure(load(`${base}/site.toml`)),
		'usage: URL/site.toml needs --config-sha256: what comes from there may change',
	);
	assert.is(
		await failure(load(`${base}/page`, digestOf(config))),
		`config-checksum: URL/page has the SHA-256 ${digestOf(page)}, not ${digestOf(config)}: it is a web page`,
	);
	assert.is(
		await failure(load(`${base}/site.toml`, 'abc')),
		'usage: --config-sha256 is abc, expected 64 hex digits',
	);
});

test('are URLs that hold a secret, which nobody is told', async () => {
	const mine = `${base.replace('//', '//me:PLANTED%40@')}/mine?token=PLANTED`;
	assert.is(await load(mine, digestOf(config)), config);
	for (const [name, sha256, message] of [
		[mine, undefined, 'usage: URL/mine needs --config-sha256: what comes from there may change'],
		[
			mine,
			digestOf(page),
			`config-checksum: URL/mine has the SHA-256 ${digestOf(config)}, not ${digestOf(page)}`,
		],
		[`${mine}x`, digestOf(config), 'config-unreachable: URL/mine cannot be read: HTTP 404'],
		['https://me:PLANTED@:1:/', digestOf(config), 'usage: the configuration is a URL that is none'],
	] as const)
		assert.is(await failure(load(name, sha256)), message);
});

test('are refused when they do not come whole', async () => {
	assert.is(
		await failure(load(`${base}/none`, digestOf(config))),
		'config-unreachable: URL/none cannot be read: HTTP 404',
	);
	assert.match(
		await failure(load(`${base}/cut`, digestOf(config))),
		/^config-unreachable: URL\/cut cannot be read: /,
	);
	assert.match(
		await failure(load('http://127.0.0.1:1/', digestOf(config))),
		/^config-unreachable: http:\/\/127\.0\.0\.1:1\/ cannot be read: /,
	);
});

test('are refused when they are no text', async () => {
	assert.is(await failure(load(path.join(folder, 'none'))), 'usage: FOLDER/none does not exist');
	assert.is(await failure(load(folder)), 'usage: FOLDER is a folder');
	assert.is(
		await failure(load('-', undefined, input(Buffer.from([0xff])))),
		'usage: - is not UTF-8',
	);
	const endless = (async function* () {
		for (;;) yield Buffer.alloc(1 << 20);
	})();
	assert.is(await failure(load('-', undefined, endless)), 'usage: - is larger than 4 MiB');
});

test.run();
